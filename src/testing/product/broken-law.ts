/** A law that a step breaks in its middle. */
export class BrokenLaw extends Error {
  static override readonly name = 'BrokenLaw'
  override readonly name = 'BrokenLaw'
  readonly law: string

  constructor(law: string, detail: string) {
    super(detail)
    this.law = law
  }
}
