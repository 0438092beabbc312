/** A source that breaks one rule of the house, or none. */
export interface Plant {
  why: string
  file: string
  source: string
  rule: string
}

const rooms = [
  'peers',
  'scheduler',
  'handshake',
  'gate',
  'admission',
  'memory',
  'metrics',
  'recorder'
]

const imports = 'eslint(no-restricted-imports)'
const globals = 'eslint(no-restricted-globals)'
const properties = 'eslint(no-restricted-properties)'

let count = 0

function plant(folder: string, why: string, source: string, rule: string): Plant {
  count++
  return { why, file: `${folder}/planted-${count}.ts`, source: `${source}\n`, rule }
}

/** One import in each of its forms: a rule that sees only some of them is a door left open. */
function everyForm(folder: string, why: string, specifier: string): Plant[] {
  return [
    plant(folder, why, `import { x } from '${specifier}'\nexport const y = x`, imports),
    plant(folder, why, `import type { X } from '${specifier}'\nexport type Y = X`, imports),
    plant(folder, why, `export { x } from '${specifier}'`, imports),
    plant(folder, why, `export * from '${specifier}'`, imports),
    plant(folder, why, `import '${specifier}'`, imports)
  ]
}

function use(folder: string, expression: string, rule: string): Plant {
  return plant(
    folder,
    `${folder} uses ${expression}`,
    `export const y: unknown = ${expression}`,
    rule
  )
}

const time = [
  'Date.now()',
  'new Date()',
  'setTimeout(() => {}, 1)',
  'setInterval(() => {}, 1)',
  'setImmediate(() => {})',
  'performance.now()',
  'globalThis.setTimeout(() => {}, 1)',
  'global.performance.now()'
]

const world = [
  'crypto.getRandomValues(new Uint8Array(1))',
  'process.pid',
  'console',
  "fetch('')",
  'queueMicrotask(() => {})',
  'AbortSignal.abort()'
]

/** Sources that the linter has to refuse, each with the rule that does it. */
export const refused: Plant[] = [
  // machines/ knows xstate and its siblings
  ...[
    'libp2p',
    '@libp2p/interface',
    'node:crypto',
    'xstate/graph',
    '../src/clock.ts',
    '../src/peers/index.ts',
    '../test/world.ts',
    'libp2p-peer-lifecycle'
  ].flatMap((specifier) => everyForm('machines', `machines import ${specifier}`, specifier)),
  // and so do the policies, who are among them
  ...[
    'libp2p',
    '@libp2p/interface',
    'node:crypto',
    'xstate',
    '../../src/clock.ts',
    '../../src/peers/index.ts',
    '../../test/world.ts',
    'libp2p-peer-lifecycle'
  ].flatMap((specifier) =>
    everyForm('machines/policies', `policies import ${specifier}`, specifier)
  ),
  ...[...time, ...world].map((expression) => use('machines/policies', expression, globals)),
  ...[...time, ...world].map((expression) => use('machines', expression, globals)),
  use('machines', 'Math.random()', properties),

  // time and luck come in through the door
  ...['src', ...rooms.map((room) => `src/${room}`)].flatMap((folder) => [
    ...time.map((expression) => use(folder, expression, globals)),
    use(folder, 'Math.random()', properties),
    use(folder, 'AbortSignal.timeout(1)', properties),
    use(folder, 'process.hrtime()', properties),
    ...everyForm(folder, `${folder} imports a timer`, 'node:timers/promises')
  ]),

  // the rooms never import one another, nor the house that they stand in
  ...rooms.flatMap((room) => [
    ...rooms
      .filter((other) => other !== room)
      .flatMap((other) => [
        ...everyForm(`src/${room}`, `${room} imports ${other}`, `../${other}/index.ts`),
        ...everyForm(`src/${room}/deep`, `${room} imports ${other}`, `../../${other}/deep/file.ts`),
        ...everyForm(`src/${room}`, `${room} imports ${other}`, `../../src/${other}/index.ts`)
      ]),
    ...['peer-lifecycle', 'rooms', 'index', 'real-clock'].flatMap((file) =>
      everyForm(`src/${room}`, `${room} imports ${file}`, `../${file}.ts`)
    )
  ]),

  // what is published imports nothing that is not
  ...['src', ...rooms.map((room) => `src/${room}`)].flatMap((folder) =>
    ['test', 'examples', 'visualizations'].flatMap((other) =>
      everyForm(folder, `${folder} imports ${other}`, `../${other}/world.ts`)
    )
  ),
  ...everyForm('src', 'src imports its own package', 'libp2p-peer-lifecycle/machines'),
  ...everyForm('src/gate', 'the gate imports its own package', 'libp2p-peer-lifecycle'),
  ...everyForm('src/planted-real-clock', 'no clock for a look-alike', 'node:timers'),

  // gRPC stands beside the service, whose libraries it does not share
  ...everyForm('src', 'src imports gRPC', './grpc/index.ts'),
  ...[...rooms.map((room) => `${room}/index`), 'index', 'peer-lifecycle', 'service'].flatMap(
    (file) => everyForm('src/grpc', `gRPC imports ${file}`, `../${file}.ts`)
  ),
  ...everyForm('src/grpc', 'gRPC imports a timer', 'node:timers'),

  // the inspector sees what it is shown; the command stands on it; no room knows either
  ...[...rooms.filter((room) => room !== 'peers' && room !== 'recorder'), 'grpc', 'cli'].flatMap(
    (room) => everyForm('src/inspector', `the inspector imports ${room}`, `../${room}/index.ts`)
  ),
  ...['service', 'peer-lifecycle', 'rooms', 'index', 'real-clock'].flatMap((file) =>
    everyForm('src/inspector', `the inspector imports ${file}`, `../${file}.ts`)
  ),
  ...[...rooms, 'grpc'].flatMap((room) =>
    everyForm('src/cli', `the command imports ${room}`, `../${room}/index.ts`)
  ),
  ...['service', 'peer-lifecycle', 'rooms', 'index'].flatMap((file) =>
    everyForm('src/cli', `the command imports ${file}`, `../${file}.ts`)
  ),
  ...[...rooms, 'grpc'].flatMap((room) =>
    ['inspector', 'cli'].flatMap((other) =>
      everyForm(`src/${room}`, `${room} imports ${other}`, `../${other}/index.ts`)
    )
  ),
  ...['inspector', 'cli'].flatMap((folder) => [
    ...time.map((expression) => use(`src/${folder}`, expression, globals)),
    ...everyForm(`src/${folder}`, `${folder} imports a timer`, 'node:timers/promises'),
    ...everyForm(`src/${folder}`, `${folder} imports a picture`, '../../visualizations/page.ts')
  ]),

  // what Node refuses and the compiler does not
  ...everyForm('src', 'src names a .ts file .js', './clock.js'),
  ...everyForm('src/handshake', 'handshake names a .ts file .js', '../clock.js'),
  ...everyForm('machines', 'machines name a .ts file .js', './peer.js'),
  ...everyForm('test', 'test names a .ts file .js', '../src/clock.js'),

  // the type-aware half is awake
  plant(
    'src',
    'a floating promise',
    'export function f(p: Promise<void>): void {\n  p.then(() => {})\n}',
    'typescript(no-floating-promises)'
  ),
  plant(
    'src',
    'an async listener',
    "export function f(t: EventTarget, p: Promise<void>): void {\n  t.addEventListener('x', async () => { await p })\n}",
    'typescript(no-misused-promises)'
  ),
  plant(
    'src',
    'a promise in a condition',
    'export function f(p: Promise<boolean>): number {\n  if (p) return 1\n  return 2\n}',
    'typescript(no-misused-promises)'
  ),
  plant(
    'src',
    'a switch that forgets a member',
    "export function f(w: 'a' | 'b'): void {\n  switch (w) {\n    case 'a':\n      break\n  }\n}",
    'typescript(switch-exhaustiveness-check)'
  ),
  plant(
    'src',
    'an unbound method',
    'class A {\n  n = 1\n  m(): number { return this.n }\n}\nexport const f = new A().m',
    'typescript(unbound-method)'
  ),
  plant(
    'src',
    'a thrown string',
    "export function f(): never {\n  throw 'x'\n}",
    'typescript(only-throw-error)'
  ),
  plant(
    'src',
    'a promise returned out of a try',
    'export async function f(p: Promise<void>): Promise<void> {\n  try {\n    return p\n  } catch (err) {\n    throw new Error("x", { cause: err })\n  }\n}',
    'typescript(return-await)'
  ),
  plant(
    'src',
    'an any',
    'export function f(x: any): unknown {\n  return x\n}',
    'typescript(no-explicit-any)'
  ),
  plant(
    'src',
    'an ignored type error',
    "// @ts-ignore\nexport const x: number = ''",
    'typescript(ban-ts-comment)'
  )
]

/** Sources next to the border, on the right side of it. */
export const allowed: Plant[] = [
  plant(
    'machines',
    'a machine imports xstate and a sibling',
    "import { setup } from 'xstate'\nimport type { Reason } from './reasons.ts'\nexport type { Reason }\nexport const machine = setup({})",
    ''
  ),
  plant(
    'machines/policies',
    'a policy imports a sibling and a machine file',
    "import type { Reason } from '../reasons.ts'\nexport type { Held } from './held-peer.ts'\nexport type { Reason }",
    ''
  ),
  ...rooms.map((room) =>
    plant(
      `src/${room}`,
      `${room} imports machines, errors, clock, options and itself`,
      [
        "import type { Reason } from '../../machines/index.ts'",
        "import type { Clock } from '../clock.ts'",
        "import type { PeerRejectedError } from '../errors.ts'",
        "import type { Options } from '../options.ts'",
        "import type { Deep } from './deep/index.ts'",
        'export type All = [Reason, Clock, PeerRejectedError, Options, Deep]'
      ].join('\n'),
      ''
    )
  ),
  plant(
    'src/grpc',
    'gRPC imports types of the interface, errors, clocks, printable text and machines',
    [
      "import type { Reason } from '../../machines/index.ts'",
      "import type { Clock } from '../clock.ts'",
      "import type { PeerRejectedError } from '../errors.ts'",
      "import type { PeerLifecycle } from '../interface.ts'",
      "import type { printable } from '../printable.ts'",
      "import type { realClock } from '../real-clock.ts'",
      'export type All = [Reason, Clock, PeerRejectedError, PeerLifecycle, typeof printable, typeof realClock]'
    ].join('\n'),
    ''
  ),
  plant(
    'src/inspector',
    'the inspector imports what it is shown, what the recorder writes, and a server',
    [
      "import type { Inspectable } from '../inspectable.ts'",
      "import type { Entry } from '../recorder/entry.ts'",
      "import type { PeerLifecycle } from '../interface.ts'",
      "import type { Server } from 'node:http'",
      'export type All = [Inspectable, Entry, PeerLifecycle, Server]'
    ].join('\n'),
    ''
  ),
  plant(
    'src/cli',
    'the command imports the inspector and real time',
    [
      "import type { Exhibit } from '../inspector/exhibit.ts'",
      "import type { realClock } from '../real-clock.ts'",
      'export type All = [Exhibit, typeof realClock]'
    ].join('\n'),
    ''
  ),
  plant(
    'src/handshake',
    'the generated codecs end in .js',
    "export { Frame } from './wire/lifecycle.js'",
    ''
  ),
  plant(
    'src',
    'the composition root imports the rooms',
    rooms.map((room) => `export * from './${room}/index.ts'`).join('\n'),
    ''
  ),
  {
    why: 'one file touches real time',
    file: 'src/real-clock.ts',
    source: 'export const f = (): unknown => [performance.now(), setTimeout(() => {}, 1)]\n',
    rule: ''
  }
]
