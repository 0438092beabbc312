/** How the names in a machine read in a picture: as the words that they are made of. */

/** `coolDown.over` reads `cool-down over`. */
export function eventWords(event: string): string {
  return event.split('.').map(wordsOf).join(' ')
}

/** `isOverAndWanted` reads `over and wanted`. */
export function guardWords(guard: string): string {
  return wordsOf(guard.replace(/^is(?=[A-Z])/, ''))
}

/** `closeConnections` reads `close connections`, `coolingDown` reads `cooling down`. */
export function wordsOf(name: string): string {
  return name
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .replace('cool down', 'cool-down')
}
