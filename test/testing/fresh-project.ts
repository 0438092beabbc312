/** A project of a user's, outside this one: the package comes from its tarball, as npm would pack it. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { asUsers } from '../../visualizations/blocks.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const NAME = 'libp2p-peer-lifecycle'
const run = promisify(execFile)

/** What npm packs, and what it needs to build that. */
const SOURCES = [
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'LICENSE-APACHE',
  'LICENSE-MIT',
  'src',
  'machines',
  'visualizations'
]

/** What the user installs beside the package and what it asks for. */
const TOOLS = ['typescript', '@types/node']

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
}

/** What a program said, and how it ended. */
export interface Outcome {
  readonly isGood: boolean
  readonly output: string
}

/** A project in a folder of its own. Close it when the test is over. */
export class FreshProject {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /**
   * Packs the package, and installs the tarball in an empty folder with the dependencies that it names.
   * Those are linked, not downloaded: what the package uses without naming it is not there.
   */
  static async create(): Promise<FreshProject> {
    const folder = await mkdtemp(join(tmpdir(), 'fresh-project-'))
    const project = new FreshProject(folder)
    await project.#install(await pack(join(folder, 'package')))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    return project
  }

  /** Takes a file of an example over as a user would write it. */
  async copy(path: string, to: string): Promise<void> {
    const text = await readFile(join(ROOT, path), 'utf8')
    await writeFile(join(this.folder, to), asUsers(text))
  }

  /** Runs this very Node in the project. */
  async node(...args: readonly string[]): Promise<Outcome> {
    return outcomeOf(run(process.execPath, args, { cwd: this.folder, maxBuffer: 1e8 }))
  }

  /** Takes every optional peer dependency out again. */
  async withoutOptionalPeers(): Promise<void> {
    const modules = join(this.folder, 'node_modules')
    const { peerDependenciesMeta } = await manifestIn(join(modules, NAME))
    for (const [name, { optional }] of Object.entries(peerDependenciesMeta)) {
      if (optional === true) await rm(join(modules, name))
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  async #install(tarball: string): Promise<void> {
    const modules = join(this.folder, 'node_modules')
    const home = join(modules, NAME)
    await mkdir(home, { recursive: true })
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', home])
    for (const name of [...needsOf(await manifestIn(home)), ...TOOLS]) {
      await mkdir(dirname(join(modules, name)), { recursive: true })
      await symlink(join(ROOT, 'node_modules', name), join(modules, name))
    }
  }
}

/** Packs a copy, so that nobody else's build is in the way. Returns the path of the tarball. */
async function pack(copy: string): Promise<string> {
  await mkdir(copy)
  for (const path of SOURCES) await cp(join(ROOT, path), join(copy, path), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const bin = join(ROOT, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` }
  const { stdout } = await run('npm', ['pack', '--silent'], { cwd: copy, env })
  const file = stdout.trim().split('\n').at(-1) ?? ''
  return join(copy, file)
}

async function manifestIn(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** All that npm would install, and the optional peers. */
function needsOf({ dependencies, peerDependencies }: Manifest): string[] {
  return [...Object.keys(dependencies), ...Object.keys(peerDependencies)]
}

/** As strict as can be, and the declarations of all packages are checked. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    lib: ['es2024', 'dom', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: false
  },
  include: ['*.ts']
}

async function outcomeOf(running: Promise<{ stdout: string; stderr: string }>): Promise<Outcome> {
  try {
    const { stdout, stderr } = await running
    return { isGood: true, output: stdout + stderr }
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return { isGood: false, output: `${stdout}${stderr}${(error as Error).message}` }
  }
}
