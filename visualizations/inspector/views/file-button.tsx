import { useRef } from 'preact/hooks'
import type { ComponentChildren, JSX, TargetedEvent } from 'preact'

export interface FileButtonProps {
  readonly openFile: (file: File) => void
  readonly children: ComponentChildren
}

/** Opens a recording from disk. The file is read by this page and goes nowhere. */
export function FileButton({ openFile, children }: FileButtonProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  const onChange = ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    const [file] = currentTarget.files ?? []
    // the same file can be chosen again
    currentTarget.value = ''
    if (file !== undefined) openFile(file)
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".jsonl,.ndjson,.json,.txt"
        aria-label="Recording"
        tabIndex={-1}
        hidden
        onChange={onChange}
      />
      <button type="button" onClick={() => input.current?.click()}>
        {children}
      </button>
    </>
  )
}
