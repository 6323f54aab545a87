/** Runs the answering side of an exchange over a stream until it ends. */
import {
  isMuluError,
  NEW_RESPONDER,
  type ResponderEffect,
  type ResponderEvent,
  type ResponderState,
  stepResponder,
} from '@mulu/registry-core'
import type { FrameStream } from './frame-stream.ts'
import { FrameWriter } from './frame-writer.ts'
import { endStream } from './requester-stream.ts'
import type { StreamContext } from './stream-context.ts'

/** One stream a peer opened. */
export class ResponderStream {
  readonly #context: StreamContext
  readonly #peerId: string
  readonly #stream: FrameStream
  readonly #writer: FrameWriter
  readonly #works = new Set<Promise<void>>()
  #state: ResponderState = NEW_RESPONDER

  constructor(context: StreamContext, peerId: string, stream: FrameStream) {
    this.#context = context
    this.#peerId = peerId
    this.#stream = stream
    this.#writer = new FrameWriter(stream)
  }

  /**
   * Answers until the stream ends. The next request is read only after the answer to the last has
   * gone out, so that a peer that asks and never reads costs one answer and no more.
   */
  async run(): Promise<void> {
    try {
      while (this.#state.phase !== 'closed') {
        await this.#context.quotas.pace(this.#peerId)
        const frame = await this.#stream.read()
        this.#context.quotas.chargeFrame(this.#peerId)
        this.notify({ type: 'frame', frame })
        await Promise.all(this.#works)
        await this.#writer.drained()
      }
    } catch (error) {
      this.#onReadError(error)
    }
    await Promise.all(this.#works)
    this.#state = { ...this.#state, phase: 'closed' }
  }

  /** Tells the exchange that something has happened. */
  notify(event: ResponderEvent): void {
    const context = this.#context.syncContext(this.#peerId)
    const [state, effects] = stepResponder(context, this.#state, event)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  abort(reason: Error): void {
    this.#stream.abort(reason)
  }

  #onReadError(error: unknown): void {
    if (this.#state.phase === 'closed') return
    if (!isMuluError(error)) {
      this.#context.logger.debug({ peer: this.#peerId, err: error }, 'a stream has ended')
      this.#stream.abort(new Error('the exchange is over', { cause: error }))
      return
    }
    this.#context.onBlame(this.#peerId, error.code)
    this.#writer.send({ t: 'refuse', code: error.code, message: error.message })
    this.#end()
  }

  #perform(effect: ResponderEffect): void {
    const { registry, logger } = this.#context
    switch (effect.type) {
      case 'send':
        this.#writer.send(effect.frame)
        return
      case 'read-log':
        this.#work(async () => {
          const { log, from, maxBytes, bodies } = effect
          const page = await registry.readLog(log, from, maxBytes, bodies)
          this.notify({ type: 'log-read', ...page })
        })
        return
      case 'read-statements':
        this.#work(async () => {
          const { log, places, maxBytes } = effect
          const commits = await registry.statements.read(log, places, maxBytes)
          this.notify({ type: 'statements-read', commits })
        })
        return
      case 'read-profile':
        this.#work(async () => {
          const profile = await registry.profileBytes(effect.hash)
          this.notify({ type: 'profile-read', profile })
        })
        return
      case 'read-digest':
        this.#work(async () => {
          const { namespaces } = effect
          const digest = await registry.holding.digestOver((ns) => namespaces.has(ns))
          this.notify({ type: 'digest-read', digest })
        })
        return
      case 'read-peers':
        this.#work(async () => {
          this.notify({ type: 'peers-read', peers: this.#context.listPeers(this.#peerId) })
        })
        return
      case 'heard': {
        const { roster, report, addresses } = effect.summary
        const heard = { rosterVersion: roster.version, orders: undefined, report, addresses }
        this.#context.onHeard(this.#peerId, heard)
        return
      }
      case 'unshared':
        this.#context.onUnshared(this.#peerId, effect.outdated)
        return
      case 'blame':
        this.#context.onBlame(this.#peerId, effect.code)
        return
      case 'refused':
        logger.warn({ peer: this.#peerId, code: effect.code }, 'a peer refused an answer')
        return
      case 'close':
        this.#end()
        return
    }
  }

  #work(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        const code = isMuluError(error) ? error.code : 'MULU_INTERNAL'
        this.#context.logger.error({ peer: this.#peerId, err: error }, 'an answer failed')
        this.notify({ type: 'failed', code })
      })
      .finally(() => this.#works.delete(done))
    this.#works.add(done)
  }

  #end(): void {
    endStream(this.#stream, this.#writer)
  }
}
