/** What both peers are given: where to work, what to import, when to stop. */
export type Run = {
  /** A folder that goes away afterwards. */
  readonly dir: string
  /** The feed. */
  readonly file: string
  readonly records: number
  readonly profileDir: string | undefined
  readonly signal: AbortSignal
}
