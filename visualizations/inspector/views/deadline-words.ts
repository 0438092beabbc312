/** How long a peer may stay in a state, by the name that the machine has for it. A node's options say how long exactly. */
export const DEADLINE_WORDS: Readonly<Record<string, string>> = {
  dial: 'until the dial has succeeded or failed, or its time is up',
  handshake: 'until the handshake has a verdict, or its time is up',
  coolDown: 'until its cool-down is over'
}
