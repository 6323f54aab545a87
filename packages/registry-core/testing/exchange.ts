/**
 * Replicas that exchange frames in memory, one step at a time, in an order the test chooses, over
 * a network that may lose, repeat, reorder and damage frames.
 */
import { equalBytes } from '../src/encoding/bytes.ts'
import { isMuluError } from '../src/errors.ts'
import { type LogHead, logText } from '../src/log/log.ts'
import type { Registry } from '../src/registry.ts'
import { blamedRefusal } from '../src/roster/ordered-chain.ts'
import { mayHold } from '../src/sync/audience-rule.ts'
import { decodeFrame, encodeFrame, type Frame } from '../src/sync/frame.ts'
import { stepRequester } from '../src/sync/requester.ts'
import { type Resumption, resumedRequester, resumptionOf } from '../src/sync/requester-parts.ts'
import {
  claimsOf,
  NEW_REQUESTER,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterState,
} from '../src/sync/requester-state.ts'
import {
  NEW_RESPONDER,
  type ResponderEffect,
  type ResponderEvent,
  type ResponderState,
  stepResponder,
} from '../src/sync/responder.ts'
import type { SyncContext } from '../src/sync/sync-context.ts'
import { SyncReading } from '../src/sync/sync-reading.ts'
import { testCrypto } from './crypto.ts'

const NONE = new Uint8Array()

/** A replica that takes part; `client` is the writer number its roster entry has. */
export class Participant {
  readonly registry: Registry
  readonly client: number
  readonly links: Link[] = []
  /** What exchanges that were cut left to the next one, by the writer number of the other. */
  readonly left = new Map<number, Resumption>()
  nowMs = 0
  /** The machines that answer and ask; a test may put a damaged one in their place. */
  machines: Machines = { stepRequester, stepResponder }
  priority: SyncContext['priority'] = () => 0
  isThrottled: SyncContext['isThrottled'] = () => false
  #told = new Map<string, LogHead>()
  readonly #reading: SyncReading

  constructor(registry: Registry, client: number) {
    this.registry = registry
    this.client = client
    this.#reading = new SyncReading(registry)
    this.#told = new Map(this.heads().map((head) => [logText(head.log), head]))
    registry.subscribe(() => this.#onChange())
  }

  heads(): readonly LogHead[] {
    return this.#reading.heads
  }

  forget(): void {
    this.#reading.forget()
  }

  /** Whether the newest roster lists a writer. */
  listed(client: number): number | undefined {
    const { roster } = this.registry
    const log = { ns: 1, aud: 1, writer: client } as const
    return roster !== undefined && mayHold(roster.state, client, log) ? client : undefined
  }

  context(link: Link): SyncContext {
    const other = link.requester === this ? link.responder : link.requester
    return {
      crypto: testCrypto,
      replica: this.#reading.replica,
      heads: this.heads(),
      self: this.listed(this.client),
      peer: this.listed(other.client),
      report: undefined,
      addresses: () => [`/memory/${this.client}`],
      nowMs: this.nowMs,
      priority: this.priority,
      isThrottled: this.isThrottled,
      isClaimed: (log) => this.links.some((l) => l !== link && l.isPulling(this, log)),
    }
  }

  #onChange(): void {
    this.forget()
    const changed = this.heads().filter((head) => {
      const told = this.#told.get(logText(head.log))
      return (
        told?.known.seq !== head.known.seq ||
        told.forkedAt !== head.forkedAt ||
        !equalBytes(told.statements ?? NONE, head.statements ?? NONE)
      )
    })
    for (const head of changed) this.#told.set(logText(head.log), head)
    for (const link of this.links) link.onChange(this, changed)
  }
}

/** The two state machines of the protocol. */
export type Machines = {
  readonly stepRequester: typeof stepRequester
  readonly stepResponder: typeof stepResponder
}

type Work = () => Promise<void>
type Side = 'requester' | 'responder'

/** What becomes of a frame on its way: the copies that arrive, and whether ahead of the last. */
export type Passage = { readonly copies: readonly Uint8Array[]; readonly overtakes: boolean }
/** A network between two sides. */
export type Wire = (frame: Uint8Array) => Passage

const PERFECT: Wire = (frame) => ({ copies: [frame], overtakes: false })

/** One stream: one side asks, the other answers. */
export class Link {
  readonly requester: Participant
  readonly responder: Participant
  readonly frames: { readonly by: 'requester' | 'responder'; readonly frame: Frame }[] = []
  readonly effects: (RequesterEffect | ResponderEffect)[] = []
  bytes = 0
  asking: RequesterState
  answering: ResponderState = NEW_RESPONDER
  /** Per side what it has still to do, in order. */
  readonly queues: Record<Side, Work[]> = { requester: [], responder: [] }
  /** Frames under way to each side. */
  readonly underway: Record<Side, number> = { requester: 0, responder: 0 }
  readonly #wire: Wire

  constructor(requester: Participant, responder: Participant, wire: Wire = PERFECT) {
    this.requester = requester
    this.responder = responder
    this.#wire = wire
    const left = requester.left.get(responder.client)
    this.asking = left === undefined ? NEW_REQUESTER : resumedRequester(left)
    requester.links.push(this)
    responder.links.push(this)
    this.ask({ type: 'start' })
  }

  /** Whether either side is over; the stream is then of no use to the other. */
  get isClosed(): boolean {
    return this.asking.phase === 'closed' || this.answering.phase === 'closed'
  }

  /** Breaks the stream, as when a cable is pulled or a side dies. */
  cut(): void {
    this.queues.requester.length = 0
    this.queues.responder.length = 0
    const wasPulling = claimsOf(this.asking).length > 0
    this.requester.left.set(this.responder.client, resumptionOf(this.asking))
    this.asking = { ...this.asking, phase: 'closed', pull: undefined, ahead: undefined }
    this.answering = { ...this.answering, phase: 'closed' }
    for (const { links } of [this.requester, this.responder]) {
      const index = links.indexOf(this)
      if (index >= 0) links.splice(index, 1)
    }
    if (wasPulling) this.#release()
  }

  isPulling(participant: Participant, log: string): boolean {
    return participant === this.requester && claimsOf(this.asking).includes(log)
  }

  onChange(participant: Participant, heads: readonly LogHead[]): void {
    if (participant === this.requester) this.ask({ type: 'changed' })
    else this.answer({ type: 'changed', heads })
  }

  ask(event: RequesterEvent): void {
    const context = this.requester.context(this)
    const [state, effects] = this.requester.machines.stepRequester(context, this.asking, event)
    const claims = claimsOf(this.asking)
    this.asking = state
    for (const effect of effects) this.#doForRequester(effect)
    if (claims.some((log) => !claimsOf(state).includes(log))) this.#release()
  }

  #release(): void {
    for (const link of this.requester.links) {
      if (link !== this && link.requester === this.requester) link.ask({ type: 'changed' })
    }
  }

  answer(event: ResponderEvent): void {
    const context = this.responder.context(this)
    const [state, effects] = this.responder.machines.stepResponder(context, this.answering, event)
    this.answering = state
    for (const effect of effects) this.#doForResponder(effect)
  }

  #doForRequester(effect: RequesterEffect): void {
    this.effects.push(effect)
    const { registry } = this.requester
    const later = (work: Work): void => this.#later('requester', work)
    switch (effect.type) {
      case 'send':
        this.#send('requester', effect.frame)
        return
      case 'accept':
        later(async () => {
          const { commits, leftOut } = effect
          const acceptances = await registry.accept(commits, { leftOut })
          this.requester.forget()
          this.ask({ type: 'accepted', acceptances })
        })
        return
      case 'archived':
        later(() => registry.pruning.noteArchived(effect.heads))
        return
      case 'repair':
        later(async () => {
          await registry.repair(effect.commits)
          this.requester.forget()
          this.ask({ type: 'stored', refusal: undefined })
        })
        return
      case 'store-rosters':
        later(() => this.#store(effect.rosters, (bytes) => registry.addRoster(bytes)))
        return
      case 'store-orders':
        later(async () => {
          const taken = await registry.takeOrders(effect.orders)
          this.requester.forget()
          this.ask({ type: 'stored', refusal: blamedRefusal(taken) })
        })
        return
      case 'store-profile':
        later(() => this.#store([effect.profile], (bytes) => registry.addProfile(bytes)))
        return
      default:
        return
    }
  }

  async #store(
    items: readonly Uint8Array[],
    add: (bytes: Uint8Array) => Promise<unknown>,
  ): Promise<void> {
    try {
      for (const bytes of items) await add(bytes)
      this.ask({ type: 'stored', refusal: undefined })
    } catch (error) {
      if (!isMuluError(error) || error.code === 'MULU_DISK') throw error
      this.ask({ type: 'stored', refusal: error.code })
    }
  }

  /** Work for the own registry; when its disk fails, the exchange ends and nobody is to blame. */
  #later(side: Side, work: Work): void {
    this.queues[side].push(async () => {
      try {
        await work()
      } catch (error) {
        if (!isMuluError(error) || error.code !== 'MULU_DISK') throw error
        if (side === 'requester') this.ask({ type: 'failed', code: error.code })
        else this.answer({ type: 'failed', code: error.code })
      }
    })
  }

  #doForResponder(effect: ResponderEffect): void {
    this.effects.push(effect)
    const { registry } = this.responder
    const later = (work: Work): void => this.#later('responder', work)
    switch (effect.type) {
      case 'send':
        this.#send('responder', effect.frame)
        return
      case 'read-log':
        later(async () => {
          const { log, from, maxBytes, bodies } = effect
          const page = await registry.readLog(log, from, maxBytes, bodies)
          this.answer({ type: 'log-read', ...page })
        })
        return
      case 'read-statements':
        later(async () => {
          const { log, places, maxBytes } = effect
          const commits = await registry.statements.read(log, places, maxBytes)
          this.answer({ type: 'statements-read', commits })
        })
        return
      case 'read-profile':
        later(async () => {
          this.answer({ type: 'profile-read', profile: await registry.profileBytes(effect.hash) })
        })
        return
      case 'read-digest':
        later(async () => {
          const { namespaces } = effect
          const digest = await registry.holding.digestOver((ns) => namespaces.has(ns))
          this.answer({ type: 'digest-read', digest })
        })
        return
      case 'read-peers':
        later(async () => this.answer({ type: 'peers-read', peers: [] }))
        return
      default:
        return
    }
  }

  /** Frames travel as bytes, so that every test passes through the codec. */
  #send(by: Side, frame: Frame): void {
    const bytes = encodeFrame(frame)
    this.bytes += bytes.length
    this.frames.push({ by, frame })
    const target = by === 'requester' ? 'responder' : 'requester'
    const queue = this.queues[target]
    const { copies, overtakes } = this.#wire(bytes)
    this.underway[target] += copies.length
    const arrivals = copies.map((copy) => async () => this.#receive(target, copy))
    if (overtakes) queue.splice(Math.max(0, queue.length - 1), 0, ...arrivals)
    else queue.push(...arrivals)
  }

  #receive(target: Side, bytes: Uint8Array): void {
    this.underway[target]--
    try {
      const frame = decodeFrame(bytes)
      if (target === 'requester') this.ask({ type: 'frame', frame })
      else this.answer({ type: 'frame', frame })
    } catch (error) {
      if (!isMuluError(error) || error.code !== 'MULU_SYNC_FRAME') throw error
      this.cut()
    }
  }
}

/** Does what there is to do, each time at a place that `choose` picks, until nothing is left. */
export async function settle(
  links: readonly Link[],
  choose: (count: number) => number = () => 0,
): Promise<void> {
  for (let steps = 0; steps < 20_000; steps++) {
    const queues = links
      .flatMap((link) => [link.queues.requester, link.queues.responder])
      .filter((queue) => queue.length > 0)
    const work = queues[choose(queues.length)]?.shift()
    if (work === undefined) return
    await work()
  }
  throw new Error('the exchange does not come to rest')
}

/** Two links, one for each direction. */
export function connect(a: Participant, b: Participant): readonly [Link, Link] {
  return [new Link(a, b), new Link(b, a)]
}
