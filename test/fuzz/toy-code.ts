/** Throws for bytes that begin with 1, 22, 133 and 244, and looks at each only if the one before is right. */
export function wronged(bytes: Uint8Array): number {
  if (bytes[0] === 1) {
    if (bytes[1] === 22) {
      if (bytes[2] === 133) {
        if (bytes[3] === 244) throw new Error('behind four doors')
        return 3
      }
      return 2
    }
    return 1
  }
  return 0
}
