import type { ComponentLogger, Logger } from '@libp2p/interface'

/** A logger for a node of the simulation, and the errors that it was told. */
export function errorLog(): { logger: ComponentLogger; errors: string[] } {
  const errors: string[] = []
  const logOf = (): Logger =>
    Object.assign(() => {}, {
      enabled: false,
      trace: () => {},
      error: (format: string, ...values: unknown[]): void => {
        errors.push(format.replaceAll(/%[a-z]/g, () => String(values.shift())))
      },
      newScope: logOf
    })
  return { logger: { forComponent: logOf }, errors }
}
