/** Replicas that exchange frames in memory, one step at a time, in an order the test chooses. */
import { isMuluError } from '../../src/errors.ts'
import { type LogHead, logText } from '../../src/log/log.ts'
import type { Registry } from '../../src/registry.ts'
import { mayHold } from '../../src/sync/audience-rule.ts'
import { decodeFrame, encodeFrame, type Frame } from '../../src/sync/frame.ts'
import { stepRequester } from '../../src/sync/requester.ts'
import {
  claimsOf,
  NEW_REQUESTER,
  type RequesterEffect,
  type RequesterEvent,
  type RequesterState,
} from '../../src/sync/requester-state.ts'
import {
  NEW_RESPONDER,
  type ResponderEffect,
  type ResponderEvent,
  type ResponderState,
  stepResponder,
} from '../../src/sync/responder.ts'
import type { SyncContext } from '../../src/sync/sync-context.ts'
import { testCrypto } from '../../testing/crypto.ts'

/** A replica that takes part; `client` is the writer number its roster entry has. */
export class Participant {
  readonly registry: Registry
  readonly client: number
  readonly links: Link[] = []
  nowMs = 0
  priority: SyncContext['priority'] = () => 0
  #heads: readonly LogHead[] | undefined
  #told = new Map<string, LogHead>()

  constructor(registry: Registry, client: number) {
    this.registry = registry
    this.client = client
    this.#told = new Map(this.heads().map((head) => [logText(head.log), head]))
    registry.subscribe(() => this.#onChange())
  }

  heads(): readonly LogHead[] {
    this.#heads ??= this.registry.heads()
    return this.#heads
  }

  forget(): void {
    this.#heads = undefined
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
      replica: this.registry,
      heads: this.heads(),
      self: this.listed(this.client),
      peer: this.listed(other.client),
      report: undefined,
      addresses: [`/memory/${this.client}`],
      nowMs: this.nowMs,
      priority: this.priority,
      isClaimed: (log) => this.links.some((l) => l !== link && l.isPulling(this, log)),
    }
  }

  #onChange(): void {
    this.forget()
    const changed = this.heads().filter((head) => {
      const told = this.#told.get(logText(head.log))
      return told?.known.seq !== head.known.seq || told.forkedAt !== head.forkedAt
    })
    for (const head of changed) this.#told.set(logText(head.log), head)
    for (const link of this.links) link.onChange(this, changed)
  }
}

type Work = () => Promise<void>

/** One stream: one side asks, the other answers. */
export class Link {
  readonly requester: Participant
  readonly responder: Participant
  readonly frames: { readonly by: 'requester' | 'responder'; readonly frame: Frame }[] = []
  readonly effects: (RequesterEffect | ResponderEffect)[] = []
  bytes = 0
  asking: RequesterState = NEW_REQUESTER
  answering: ResponderState = NEW_RESPONDER
  /** Per side what it has still to do, in order. */
  readonly queues: Record<'requester' | 'responder', Work[]> = { requester: [], responder: [] }

  constructor(requester: Participant, responder: Participant) {
    this.requester = requester
    this.responder = responder
    requester.links.push(this)
    responder.links.push(this)
    this.ask({ type: 'start' })
  }

  isPulling(participant: Participant, log: string): boolean {
    return participant === this.requester && claimsOf(this.asking).includes(log)
  }

  onChange(participant: Participant, heads: readonly LogHead[]): void {
    if (participant === this.requester) this.ask({ type: 'changed' })
    else this.queues.responder.push(async () => this.answer({ type: 'changed', heads }))
  }

  ask(event: RequesterEvent): void {
    const context = this.requester.context(this)
    const [state, effects] = stepRequester(context, this.asking, event)
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
    const [state, effects] = stepResponder(context, this.answering, event)
    this.answering = state
    for (const effect of effects) this.#doForResponder(effect)
  }

  #doForRequester(effect: RequesterEffect): void {
    this.effects.push(effect)
    const { registry } = this.requester
    const later = (work: Work): number => this.queues.requester.push(work)
    switch (effect.type) {
      case 'send':
        this.#send('requester', effect.frame)
        return
      case 'accept':
        later(async () => {
          const acceptances = await registry.accept(effect.commits)
          this.requester.forget()
          this.ask({ type: 'accepted', acceptances })
        })
        return
      case 'store-rosters':
        later(() => this.#store(effect.rosters, (bytes) => registry.addRoster(bytes)))
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
      if (!isMuluError(error)) throw error
      this.ask({ type: 'stored', refusal: error.code })
    }
  }

  #doForResponder(effect: ResponderEffect): void {
    this.effects.push(effect)
    const { registry } = this.responder
    const later = (work: Work): number => this.queues.responder.push(work)
    switch (effect.type) {
      case 'send':
        this.#send('responder', effect.frame)
        return
      case 'read-log':
        later(async () => {
          const { log, from, maxBytes } = effect
          this.answer({ type: 'log-read', ...(await registry.readLog(log, from, maxBytes)) })
        })
        return
      case 'read-profile':
        later(async () => {
          this.answer({ type: 'profile-read', profile: await registry.profileBytes(effect.hash) })
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
  #send(by: 'requester' | 'responder', frame: Frame): void {
    const bytes = encodeFrame(frame)
    this.bytes += bytes.length
    this.frames.push({ by, frame })
    const target = by === 'requester' ? 'responder' : 'requester'
    this.queues[target].push(async () => {
      const received = decodeFrame(bytes)
      if (target === 'requester') this.ask({ type: 'frame', frame: received })
      else this.answer({ type: 'frame', frame: received })
    })
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
