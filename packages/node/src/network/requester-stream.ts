/** Runs the asking side of an exchange over a stream until it ends. */
import {
  type Acceptance,
  blamedRefusal,
  type Commit,
  claimsOf,
  type ErrorCode,
  headsBeyond,
  isMuluError,
  NEW_REQUESTER,
  PROGRESS_BYTES,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterPhase,
  type RequesterState,
  resumedRequester,
  resumptionOf,
  stepRequester,
} from '@mulu/registry-core'
import type { FrameStream } from './frame-stream.ts'
import { FrameWriter } from './frame-writer.ts'
import type { StreamContext } from './stream-context.ts'
import type { Told } from './told-heads.ts'

/** How an exchange ended, and whether it had got on before: it was level, or commits had come. */
export type Ending = { readonly gotOn: boolean; readonly code: string | undefined }

/** One stream this node opened. */
export class RequesterStream {
  readonly #context: StreamContext
  readonly #peerId: string
  readonly #stream: FrameStream
  readonly #writer: FrameWriter
  readonly #works = new Set<Promise<void>>()
  #state: RequesterState
  #gotOn = false
  #isCompared = false
  /** Bytes that had come when the exchange last got on. */
  #received = 0
  #code: string | undefined

  constructor(context: StreamContext, peerId: string, stream: FrameStream) {
    this.#context = context
    this.#peerId = peerId
    this.#stream = stream
    this.#writer = new FrameWriter(stream)
    const resumption = context.resume(peerId)
    this.#state = resumption === undefined ? NEW_REQUESTER : resumedRequester(resumption)
  }

  get phase(): RequesterPhase {
    return this.#state.phase
  }

  /** The logs this stream is pulling just now. */
  get claims(): readonly string[] {
    return claimsOf(this.#state)
  }

  /** Commits the peer has and this node lacks, as far as their positions tell. */
  missing(knownSeq: (log: string) => number): number {
    const { wants, stalled, pull } = this.#state
    let missing = 0
    for (const want of [...wants, ...stalled, ...(pull === undefined ? [] : [pull.want])]) {
      missing += Math.max(0, want.head.known.seq - knownSeq(want.text))
    }
    return missing
  }

  /** What the peer told of and is not here, and whether its heads were all compared. */
  get told(): Told {
    return { isCompared: this.#isCompared, heads: headsBeyond(this.#state) }
  }

  /** Asks until the stream ends; resolves when nothing of it is under way any more. */
  async run(): Promise<Ending> {
    this.notify({ type: 'start' })
    try {
      while (this.#state.phase !== 'closed') {
        await this.#writer.drained()
        await this.#context.quotas.pace(this.#peerId)
        const frame = await this.#stream.read()
        if (frame.t === 'announce') this.#context.quotas.chargeFrame(this.#peerId)
        this.#gotOn ||= frame.t === 'part' || (frame.t === 'commits' && frame.commits.length > 0)
        this.notify({ type: 'frame', frame })
      }
    } catch (error) {
      this.#onReadError(error)
    }
    await Promise.all(this.#works)
    const { claims } = this
    this.#context.onEnded(this.#peerId, this.told, resumptionOf(this.#state))
    this.#state = { ...this.#state, phase: 'closed', pull: undefined, ahead: undefined }
    this.#release(claims)
    return { gotOn: this.#gotOn, code: this.#code }
  }

  /** Tells the exchange that something has happened. */
  notify(event: RequesterEvent): void {
    const context = this.#context.syncContext(this.#peerId)
    const { phase } = this.#state
    const { claims } = this
    const [state, effects] = stepRequester(context, this.#state, event)
    this.#state = state
    this.#isCompared ||= state.remote !== undefined && state.compareFrom === undefined
    for (const effect of effects) this.#perform(effect)
    this.#release(claims)
    if (phase !== this.#state.phase) this.#context.onChange()
  }

  /** Gives up what has come to a stop; an answer that still comes in, however slowly, may go on. */
  tick(): void {
    const received = this.#stream.received()
    if (received - this.#received >= PROGRESS_BYTES) {
      this.#received = received
      this.notify({ type: 'progress' })
    }
    this.notify({ type: 'tick' })
  }

  abort(reason: Error): void {
    this.#stream.abort(reason)
  }

  /** Tells the others when a log of those given is pulled no more. */
  #release(before: readonly string[]): void {
    const { claims } = this
    if (before.some((log) => !claims.includes(log))) this.#context.onReleased(this.#peerId)
  }

  #onReadError(error: unknown): void {
    if (this.#state.phase === 'closed') return
    this.#code = isMuluError(error) ? error.code : undefined
    if (!isMuluError(error)) {
      this.#context.logger.debug({ peer: this.#peerId, err: error }, 'a stream has ended')
      this.#stream.abort(new Error('the exchange is over', { cause: error }))
      return
    }
    this.#context.onBlame(this.#peerId, error.code)
    this.#writer.send({ t: 'refuse', code: error.code, message: error.message })
    this.#end()
  }

  #perform(effect: RequesterEffect): void {
    const { registry } = this.#context
    switch (effect.type) {
      case 'send':
        this.#writer.send(effect.frame)
        return
      case 'accept':
        this.#work(async () => {
          const { commits, leftOut } = effect
          const acceptances = await registry.accept(commits, { leftOut })
          this.#chargeWriter(effect.writer, effect.commits, acceptances)
          this.#context.onReceived(acceptances.filter(({ known }) => !known).length)
          this.notify({ type: 'accepted', acceptances })
        })
        return
      case 'archived':
        this.#work(() => registry.pruning.noteArchived(effect.heads))
        return
      case 'repair':
        this.#repair(effect.commits)
        return
      case 'store-rosters':
        this.#store(effect.rosters, (bytes) => registry.addRoster(bytes))
        return
      case 'store-orders':
        this.#work(async () => {
          const refusal = blamedRefusal(await registry.takeOrders(effect.orders))
          this.notify({ type: 'stored', refusal })
        })
        return
      case 'store-profile':
        this.#store([effect.profile], (bytes) => registry.addProfile(bytes))
        return
      default:
        this.#report(effect)
        return
    }
  }

  #repair(commits: readonly Commit[]): void {
    const { registry, logger } = this.#context
    this.#work(async () => {
      const repaired = await registry.repair(commits)
      if (repaired > 0) logger.info({ peer: this.#peerId, repaired }, 'damaged commits are whole')
      this.notify({ type: 'stored', refusal: undefined })
    })
  }

  /** Only members have an allowance; what cannot be attributed is charged to the peer. */
  #chargeWriter(
    writer: number,
    commits: readonly Commit[],
    acceptances: readonly Acceptance[],
  ): void {
    const { registry, quotas } = this.#context
    if (registry.roster?.state.writers.has(writer) !== true) return
    quotas.chargeWriter(
      writer,
      acceptances,
      commits.reduce((sum, commit) => sum + sizeOf(commit), 0),
    )
  }

  #report(
    effect: Exclude<
      RequesterEffect,
      {
        type:
          | 'send'
          | 'accept'
          | 'archived'
          | 'repair'
          | 'store-rosters'
          | 'store-orders'
          | 'store-profile'
      }
    >,
  ): void {
    const { logger } = this.#context
    switch (effect.type) {
      case 'heard': {
        const { roster, orders, report, archive, holds = 'all' as const } = effect.remote
        const { addresses } = effect
        const heard = { rosterVersion: roster.version, orders, report, addresses, archive, holds }
        this.#context.onHeard(this.#peerId, heard)
        return
      }
      case 'compared':
        this.#context.onCompared(this.#peerId, effect)
        return
      case 'peers':
        this.#context.onPeers(effect.peers)
        return
      case 'level':
        this.#gotOn = true
        this.#context.onLevel()
        return
      case 'unshared':
        this.#context.onUnshared(this.#peerId, effect.outdated)
        return
      case 'blame':
        this.#context.onBlame(this.#peerId, effect.code)
        return
      case 'refused':
        this.#code = effect.code
        logger.warn({ peer: this.#peerId, code: effect.code }, 'a peer refused to go on')
        return
      case 'close':
        this.#code ??= effect.code
        this.#end()
        return
    }
  }

  /** Offers bytes to the registry one by one, up to the first it refuses. */
  #store(items: readonly Uint8Array[], add: (bytes: Uint8Array) => Promise<unknown>): void {
    this.#work(async () => {
      let refusal: ErrorCode | undefined
      for (const bytes of items) {
        refusal = await add(bytes).then(() => undefined, codeOf)
        if (refusal === 'MULU_DISK') throw new Error('the store refuses to write')
        if (refusal === undefined) continue
        this.#context.logger.error(
          { peer: this.#peerId, code: refusal },
          'a roster or profile of a peer was refused',
        )
        break
      }
      this.notify({ type: 'stored', refusal })
    })
  }

  /** Work for the own registry; when it fails, the exchange ends and nobody is to blame. */
  #work(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        const code = isMuluError(error) ? error.code : 'MULU_INTERNAL'
        this.#context.logger.error({ peer: this.#peerId, err: error }, 'the exchange stopped here')
        this.notify({ type: 'failed', code })
      })
      .finally(() => this.#works.delete(done))
    this.#works.add(done)
  }

  #end(): void {
    endStream(this.#stream, this.#writer)
  }
}

/** Bytes of a commit, near enough for an allowance. */
function sizeOf({ header, bodies }: Commit): number {
  return bodies.reduce(
    (sum, body) => sum + (body instanceof Uint8Array ? body.length : 0),
    header.length,
  )
}

/** The code of a refusal; an error that has none is passed on. */
function codeOf(error: unknown): ErrorCode {
  if (isMuluError(error)) return error.code
  throw error
}

/** Closes a stream after what is still to be written; aborts it when even that fails. */
export function endStream(stream: FrameStream, writer: FrameWriter): void {
  writer
    .drained()
    .then(() => stream.close())
    .catch(() => undefined)
    .then(() => stream.abort(new Error('the exchange is over')))
    .catch(() => undefined)
}
