import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { code, markdownTable } from './tables.ts'

/** One option as its docstring describes it. */
export interface DocumentedOption {
  readonly name: string
  readonly isRequired: boolean
  readonly text: string
  /** What stands behind `@default`; undefined if nothing does. */
  readonly defaultText: string | undefined
}

const SOURCE = join(import.meta.dirname, '..', 'src', 'options.ts')
const INTERFACE = /export interface PeerLifecycleInit[^{]*\{\n(.*?)\n\}/s
const OPTION = /\/\*\*(.*?)\*\/\s*(\w+)(\??):/gs

/** The options of the service, read from the docstrings of their interface. */
export async function documentedOptions(): Promise<DocumentedOption[]> {
  const [, body = ''] = INTERFACE.exec(await readFile(SOURCE, 'utf8')) ?? []
  return [...body.matchAll(OPTION)].map(([, comment = '', name = '', optional]) => {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, ''))
    const [text = '', defaultText] = lines
      .join('\n')
      .trim()
      .split(/\s*@default\s+/)
    return { name, isRequired: optional === '', text: text.replaceAll('\n', ' '), defaultText }
  })
}

/** Every option: its default and what it does. */
export async function optionTable(): Promise<string> {
  const options = await documentedOptions()
  return markdownTable(
    ['option', 'default', 'what it does'],
    options.map(({ name, isRequired, text, defaultText }) => [
      code(name),
      isRequired ? 'required' : defaultText === undefined ? '' : code(defaultText),
      text
    ])
  )
}
