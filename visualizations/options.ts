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

const SOURCES = join(import.meta.dirname, '..', 'src')

/** Groups of options, each in a file and an interface of its own. */
const GROUPS = {
  admission: ['options/admission-options.ts', 'AdmissionInit'],
  dialing: ['options/dialing-options.ts', 'DialingInit'],
  memory: ['options/memory-options.ts', 'MemoryInit'],
  policies: ['options/policy-options.ts', 'PolicyInit'],
  recorder: ['options/recorder-options.ts', 'RecorderInit']
} as const

const OPTION = /\/\*\*(.*?)\*\/\s*(\w+)(\??):/gs

/** The options of the service, read from the docstrings of their interfaces; `group.name` in a group. */
export async function documentedOptions(): Promise<DocumentedOption[]> {
  const options = await optionsOf('options.ts', 'PeerLifecycleInit')
  const groups = Object.entries(GROUPS).map(async ([group, [file, name]]) => {
    const inside = await optionsOf(file, name)
    return [
      group,
      inside.map((option) => ({ ...option, name: `${group}.${option.name}` }))
    ] as const
  })
  const inside = new Map<string, DocumentedOption[]>(await Promise.all(groups))
  return options.flatMap((option) => inside.get(option.name) ?? [option])
}

async function optionsOf(file: string, name: string): Promise<DocumentedOption[]> {
  const source = await readFile(join(SOURCES, file), 'utf8')
  const [, body = ''] =
    new RegExp(`export interface ${name}[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(source) ?? []
  return [...body.matchAll(OPTION)].map(([, comment = '', option = '', optional]) => {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, ''))
    const [text = '', defaultText] = lines
      .join('\n')
      .trim()
      .split(/\s*@default\s+/)
    return {
      name: option,
      isRequired: optional === '',
      text: text.replaceAll('\n', ' '),
      defaultText
    }
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
