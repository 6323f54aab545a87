/** One peer of a replication, in a process of its own as in production. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AnswerMessage, CallMessage, PeerCalls } from './peer-calls.ts'

/** How to start a peer. */
export type PeerOptions = {
  readonly script: string
  readonly dir: string
  /** Where the process leaves CPU profiles of what is measured. */
  readonly profileDir: string | undefined
  /** Ends the process at once. */
  readonly signal: AbortSignal
}

type Pending = {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

const STOP_TIMEOUT_MS = 30_000

/** A running peer that answers calls. */
export class PeerProcess<C extends PeerCalls> implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Pending>()
  #lastId = 0

  constructor({ script, dir, profileDir, signal }: PeerOptions) {
    this.#child = fork(fileURLToPath(new URL(script, import.meta.url)), [dir, profileDir ?? ''], {
      signal,
      killSignal: 'SIGKILL',
    })
    this.#child.on('message', (message: AnswerMessage) => this.#settle(message))
    this.#child.once('error', (error) => this.#failAll(error))
    this.#child.once('exit', () => this.#failAll(new Error(`${script} ended by itself`)))
  }

  /** Asks the peer. */
  call<K extends keyof C & string>(
    name: K,
    ...input: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    this.#lastId += 1
    const message: CallMessage = { id: this.#lastId, name, input: input[0] }
    return new Promise<unknown>((resolve, reject) => {
      this.#pending.set(message.id, { resolve, reject })
      this.#child.send(message, (error) => {
        if (error !== null) reject(error)
      })
    }) as Promise<Awaited<ReturnType<C[K]>>>
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    const exited = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exited
    clearTimeout(timer)
  }

  #settle({ id, value, error }: AnswerMessage): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (error === undefined) pending?.resolve(value)
    else pending?.reject(new Error(error))
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}
