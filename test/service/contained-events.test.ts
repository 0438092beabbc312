import { describe, expect, it } from 'vitest'
import { ContainedEvents } from '../../src/contained-events.ts'

class Target extends ContainedEvents<{ news: CustomEvent<string> }> {
  readonly faults: unknown[] = []

  protected override onListenerFault(error: unknown): void {
    this.faults.push(error)
  }

  tell(text: string): void {
    this.safeDispatchEvent('news', { detail: text })
  }
}

describe('contained events', () => {
  it('a listener that throws is reported, and the others hear', () => {
    const target = new Target()
    const heard: string[] = []
    const error = new Error('a listener threw')
    target.addEventListener('news', () => {
      throw error
    })
    target.addEventListener('news', ({ detail }) => heard.push(detail))
    target.tell('one')
    expect(heard).toEqual(['one'])
    expect(target.faults).toEqual([error])
  })

  it('a listener whose promise rejects is reported, and is no unhandled rejection', async () => {
    const target = new Target()
    const error = new Error('a listener rejected')
    const rejecting = (): Promise<void> => Promise.reject(error)
    target.addEventListener('news', rejecting as () => void)
    target.tell('one')
    await Promise.resolve()
    await Promise.resolve()
    expect(target.faults).toEqual([error])
  })

  it('listeners that are objects are called as objects, once, and can be removed', () => {
    const target = new Target()
    const listener = {
      heard: [] as string[],
      handleEvent(event: CustomEvent<string>) {
        this.heard.push(event.detail)
      }
    }
    target.addEventListener('news', listener)
    target.addEventListener('news', listener)
    target.tell('one')
    target.removeEventListener('news', listener)
    target.tell('two')
    expect(listener.heard).toEqual(['one'])
    expect(target.listenerCount('news')).toBe(0)
  })

  it('once and signal mean what they mean elsewhere', () => {
    const target = new Target()
    const heard: string[] = []
    const controller = new AbortController()
    target.addEventListener('news', ({ detail }) => heard.push(`once ${detail}`), { once: true })
    target.addEventListener('news', ({ detail }) => heard.push(`signal ${detail}`), {
      signal: controller.signal
    })
    target.tell('one')
    controller.abort()
    target.tell('two')
    expect(heard).toEqual(['once one', 'signal one'])
  })
})
