/**
 * A federation of five in which one node turns hostile: it floods, forges, equivocates, withholds,
 * writes where it may not, and after its revocation dates back. Four honest nodes go on working.
 */
import { encodeBody, logText, type Roster } from '@mulu/registry-core'
import type { NetworkLimits } from '../../packages/node/src/network/network-options.ts'
import { eventually } from '../support/mulu.ts'
import type { HostilePeer } from './hostile-peer.ts'
import { HostileLog } from './hostile-writer.ts'
import { type Hostile, Stage, type StageNode } from './stage.ts'
import { makeRecord, untilAgreed, untilRecord } from './watching.ts'

/** How long and how hard. */
export type ScenarioOptions = {
  /** Asked before every round. */
  readonly isOver: (round: number) => boolean
  /** Commits of the flood, and records of each honest node, in a round. */
  readonly flood: number
  readonly records: number
  readonly limits?: Partial<NetworkLimits>
  readonly onRound?: (round: number, told: string) => void
}

/** What it led to. */
export type Outcome = {
  readonly stage: Stage
  readonly offender: Hostile
  /** Ids of all records that honest nodes made. */
  readonly honestIds: readonly string[]
  readonly digest: string
  readonly rounds: number
  /** How long a record took from one honest node to another: before, and under attack. */
  readonly quietMs: readonly number[]
  readonly attackedMs: readonly number[]
  /** How long until all had taken the closing in, and judged the offender's commits again. */
  readonly closingMs: number
}

/** Plays it to the end; the caller closes the stage. */
export async function playHostility(options: ScenarioOptions): Promise<Outcome> {
  const cast = { honest: ['second', 'third', 'fourth'], hostile: ['mallory', 'courier'] }
  const stage = await Stage.open(cast, options.limits)
  const honestIds: string[] = []
  // The first round pays for connecting and compiling, and is not measured.
  await work(stage, options.records, honestIds)
  await untilAgreed(stage.nodes, 60_000)
  const quietMs = await work(stage, options.records, honestIds)
  const offender = stage.hostile('mallory')
  const mallory = new Mallory(stage, offender)
  await mallory.start()
  const attackedMs: number[] = []
  let round = 0
  for (; !options.isOver(round); round++) {
    const attack = mallory.attack(round, options.flood)
    attackedMs.push(...(await work(stage, options.records, honestIds)))
    await attack
    options.onRound?.(
      round,
      `${honestIds.length} honest records, ${offender.log.made.length} hostile`,
    )
  }
  const closingAtMs = performance.now()
  await mallory.beRevoked()
  const closingMs = performance.now() - closingAtMs
  attackedMs.push(...(await work(stage, options.records, honestIds)))
  const digest = await untilAgreed(stage.nodes, CLOSING_MS)
  return { stage, offender, honestIds, digest, rounds: round, quietMs, attackedMs, closingMs }
}

const LOOK_MS = 5
/** A closing has every commit of the offender judged again, on all nodes in one process. */
const CLOSING_MS = 600_000

/** Every honest node makes records, each of which has to reach its neighbour; the times it took. */
async function work(stage: Stage, records: number, ids: string[]): Promise<readonly number[]> {
  const times: number[] = []
  for (let i = 0; i < records; i++) {
    for (const [index, node] of stage.nodes.entries()) {
      const other = stage.nodes[(index + 1) % stage.nodes.length] ?? node
      const startMs = performance.now()
      const id = await makeRecord(node, `honest ${ids.length}`)
      ids.push(id)
      await untilSeen(other, id)
      times.push(performance.now() - startMs)
    }
  }
  return times
}

async function untilSeen(node: StageNode, id: string): Promise<void> {
  for (let looks = 0; looks < 400; looks++) {
    const response = await node.ask(`/api/v1/records/${id}`)
    await response.arrayBuffer()
    if (response.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  await untilRecord(node, id, 60_000)
}

/** The node that turned. */
class Mallory {
  readonly #stage: Stage
  readonly #member: Hostile
  readonly #elsewhere: HostileLog
  #peer: HostilePeer | undefined
  readonly #forked: HostileLog

  constructor(stage: Stage, member: Hostile) {
    this.#stage = stage
    this.#member = member
    this.#elsewhere = new HostileLog(member, 1, stage.member('second').ns)
    this.#forked = new HostileLog(member, 1, stage.member('fourth').ns)
  }

  async start(): Promise<void> {
    this.#peer = await this.#member.start()
    await this.#dialAll()
  }

  /** One act a round, and the flood in every round. */
  async attack(round: number, flood: number): Promise<void> {
    const { log } = this.#member
    const peer = this.#running()
    await this.#dialAll()
    for (let i = 0; i < flood; i++) log.next()
    peer.offer(log.key, log.made)
    const all = [
      () => this.#equivocate(),
      () => this.#writeElsewhere(),
      () => this.#writeBadBodies(),
      () => this.#forge(),
      () => this.#withhold(),
      () => this.#equivocate(),
    ]
    await all[round % all.length]?.()
  }

  /** Commits that bear a date before the closing, then the closing itself, then some more. */
  async beRevoked(): Promise<void> {
    const { client, ns, log } = this.#member
    const peer = this.#running()
    const stamp = [Date.parse('2021-01-01'), 0] as const
    log.next({ rec: 'resource/dated', header: { stamp, reset: true } })
    peer.offer(log.key, log.made)
    const from = this.#stage.newest.state.writers.get(client)?.grants[0]?.from ?? 0
    const why = 'turned hostile'
    const change = { type: 'close', client, ns, from, ends: [], final: true, why } as const
    const closed = this.#stage.sign([change])
    await this.#bring(closed)
    log.next({ rec: 'resource/later', header: { stamp, reset: true } })
    peer.offer(log.key, log.made)
    await this.#dialAll()
  }

  #writeElsewhere(): void {
    this.#elsewhere.next({ rec: 'resource/foreign' })
    this.#running().offer(this.#elsewhere.key, this.#elsewhere.made)
  }

  #writeBadBodies(): void {
    const { log, client } = this.#member
    const slots = [{ path: 'title/en', value: 'x' }]
    const body = encodeBody({ client: client + 1, seq: log.made.length + 1, clock: 0 }, slots)
    log.next({ slots, body })
    this.#running().offer(log.key, log.made)
  }

  /** In a log of its own, since a forked log is not pulled any more and would end the flood. */
  #equivocate(): void {
    const peer = this.#running()
    const [first] = this.#forked.made
    if (first === undefined) {
      this.#forked.next()
      this.#forked.next()
      peer.offer(this.#forked.key, this.#forked.made)
      return
    }
    const twin = this.#forked.sign({ header: { seq: 2 }, rec: 'resource/twin' })
    peer.offer(this.#forked.key, [first, twin], { forkedAt: 2 })
  }

  /** Two commits in the name of another, at whatever position somebody asks for. */
  async #forge(): Promise<void> {
    const victim = this.#stage.member('third')
    const forged = new HostileLog({ ...this.#member, ...victim })
    const peer = this.#running()
    let left = 2
    peer.answer = (frame) => {
      if (frame.t !== 'pull' || logText(frame.log) !== logText(forged.key)) return undefined
      if (left-- <= 0) return undefined
      const parent = frame.from === 1 ? new Uint8Array() : this.#stage.newest.hash
      const { bytes } = forged.sign({ header: { seq: frame.from, parent } })
      return { t: 'commits', commits: [bytes], more: false }
    }
    peer.offer(forged.key, [], { claimedSeq: 1_000_000 })
    const isAsked = async (): Promise<true | undefined> => (left < 2 ? true : undefined)
    // Where all have cut it off already, nobody asks, and the next round begins.
    await eventually('somebody asks', isAsked).catch(() => undefined)
  }

  #withhold(): void {
    const { client, ns } = this.#stage.member('fourth')
    this.#running().offer({ ns, aud: 1, writer: client }, [], { claimedSeq: 1_000_000 })
  }

  #running(): HostilePeer {
    if (this.#peer === undefined) throw new Error('mallory is not on the stage')
    return this.#peer
  }

  /** Who cuts it off or does not know it any more does not answer. */
  async #dialAll(): Promise<void> {
    const dials = this.#stage.nodes.map((node) => this.#running().dial(node.address()))
    await Promise.allSettled(dials)
  }

  /** A member that does nothing else brings what the root holders signed: mallory may be cut off. */
  async #bring(closed: Roster): Promise<void> {
    const courier = await this.#stage.hostile('courier').start()
    courier.rosters = [closed.bytes]
    courier.roster = { version: closed.version, hash: closed.hash }
    await courier.dial(this.#stage.first.address())
    for (const node of this.#stage.nodes) {
      await eventually(
        `roster ${closed.version} at ${node.name}`,
        async () => {
          const { version } = await node.get<{ version: number }>('/api/v1/roster')
          return version >= closed.version ? true : undefined
        },
        CLOSING_MS,
      )
    }
    await courier.stop()
  }
}
