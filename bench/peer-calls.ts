/** Calls between the benchmark and its peers, over the channel that Node gives a forked process. */

/** What a peer can be asked; each call takes at most one JSON value and answers one. */
export type PeerCalls = Readonly<Record<string, (input: never) => Promise<unknown>>>

/** A call on its way. */
export type CallMessage = { readonly id: number; readonly name: string; readonly input: unknown }

/** Its answer. */
export type AnswerMessage = {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** Answers calls until the benchmark lets go, then closes what the peer had open. */
export function servePeer(calls: PeerCalls, close: () => Promise<void>): void {
  process.on('message', (message: CallMessage) => {
    answer(calls, message).then(
      (reply) => process.send?.(reply),
      (error: unknown) => fail(error),
    )
  })
  process.once('disconnect', () => {
    close().then(() => process.exit(0), fail)
  })
}

async function answer(calls: PeerCalls, { id, name, input }: CallMessage): Promise<AnswerMessage> {
  try {
    const call = calls[name]
    if (call === undefined) throw new Error(`no call ${name}`)
    return { id, value: await call(input as never) }
  } catch (error) {
    return { id, error: textOf(error) }
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${textOf(error)}\n`)
  process.exit(1)
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
