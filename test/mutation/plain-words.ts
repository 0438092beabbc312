/**
 * A plugin of the mutation tester that leaves out words for people: lines of the log, and the descriptions in
 * a chart. No program depends on them, so no test should repeat them. The messages of errors are not left
 * out: they are what somebody with bad options gets to read.
 */

interface Node {
  readonly type: string
  readonly name?: string
  readonly callee?: Node
  readonly object?: Node
  readonly property?: Node
  readonly key?: Node
  readonly id?: { readonly name?: string }
  readonly expression?: Node
  readonly body?: readonly Node[]
}

/** As much of a place in the syntax tree as is asked for here. */
interface Place {
  readonly node: Node
  readonly parent: Node | null
}

/** `log` and `#log` alike. */
const nameOf = (node: Node | undefined): string | undefined => node?.name ?? node?.id?.name

/** Is this `log(...)`, `this.#log(...)` or `this.#log.error(...)`, or a block of nothing else? */
function isLogging({ type, callee, expression, body }: Node): boolean {
  if (type === 'BlockStatement') return body?.length !== 0 && (body ?? []).every(isLogging)
  if (type === 'ExpressionStatement') return expression !== undefined && isLogging(expression)
  return type === 'CallExpression' && isLogger(callee)
}

function isLogger(callee: Node | undefined): boolean {
  if (callee?.type === 'Identifier') return callee.name === 'log'
  if (callee?.type !== 'MemberExpression') return false
  return (
    nameOf(callee.property) === 'log' ||
    (nameOf(callee.property) !== undefined && isLog(callee.object))
  )
}

const isLog = (node: Node | undefined): boolean =>
  nameOf(node?.type === 'MemberExpression' ? node.property : node) === 'log'

function shouldIgnore({ node, parent }: Place): string | undefined {
  if (isLogging(node)) return 'a line of the log'
  const isText = node.type === 'StringLiteral' || node.type === 'TemplateLiteral'
  const isDescription = parent?.type === 'ObjectProperty' && parent.key?.name === 'description'
  return isText && isDescription ? 'a text of the chart' : undefined
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'plain-words', value: { shouldIgnore } }]
