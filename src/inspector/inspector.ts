/** Where an inspector's page is served, and to whom. */
export interface InspectInit {
  /**
   * The TCP port; 0 for any that is free.
   *
   * @default 0
   */
  port?: number | undefined

  /**
   * The address that is listened on. Any other than `127.0.0.1`, `::1` and `localhost` can be reached from
   * other machines, over plain HTTP, and takes a `token` of yours.
   *
   * @default "127.0.0.1"
   */
  host?: string | undefined

  /**
   * What a viewer has to know: 16 to 256 letters, digits, `-` and `_`. Default: 32 random bytes, so that
   * whoever has not seen the URL cannot guess it
   */
  token?: string | undefined
}

/** A page on which nodes are watched. It can change nothing. */
export interface Inspector {
  /** The page with the token, to be opened in a browser. The token is in the fragment, which a browser sends to nobody. */
  readonly url: string
  readonly token: string
  readonly port: number
  /** Who is looking at this moment: streams that are open, at most eight. */
  readonly viewers: number

  /** Sends every viewer away. Resolves when nothing listens any more; closing twice does nothing. */
  close(): Promise<void>
}
