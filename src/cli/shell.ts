/** Where the command runs. */
export interface Shell {
  /** Says what was asked for, on a line of its own. */
  print(text: string): void
  /** Says what is wrong, on a line of its own. */
  complain(text: string): void
  /** Resolves when somebody presses Ctrl-C. */
  readonly interrupted: Promise<void>
}
