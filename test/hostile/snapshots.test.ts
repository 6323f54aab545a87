import { bodiesRoot, encodeCbor, hashToText, logText, textToHash } from '@mulu/registry-core'
import { expect } from 'chai'
import { createCrypto } from '../../packages/node/src/crypto.ts'
import type { Handover } from '../../packages/node/src/operations/operations.ts'
import type { SnapshotStatus } from '../../packages/node/src/status/snapshots.ts'
import { eventually } from '../support/mulu.ts'
import { type Made, wire } from './hostile-writer.ts'
import { Stage, type StageNode } from './stage.ts'
import {
  conductOf,
  hasRecord,
  makeRecord,
  nameWitnesses,
  stateBytes,
  untilAgreed,
  untilRecord,
} from './watching.ts'

type Status = {
  readonly snapshots: readonly SnapshotStatus[]
  readonly catalogue: { readonly digest: string }
}

describe('hostile members and snapshots', function () {
  this.timeout(120_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open({ honest: ['second', 'third'], hostile: ['victim', 'liar'] })
    await makeRecord(stage.first, 'before all')
    await nameWitnesses(stage, ['first', 'second', 'third'], 'liar')
  })
  after(() => stage.close())

  it('[AD5] changes no settled history when a stolen old key forks at the first commit', async () => {
    const victim = stage.hostile('victim')
    const { log, client, ns } = victim
    const peer = await victim.start()
    await peer.dial(stage.first.address())
    for (const rec of ['resource/one', 'resource/two', 'resource/three']) log.next({ rec })
    peer.offer(log.key, log.made)
    for (const node of stage.nodes) await untilRecord(node, `${ns}/resource/three`)
    await untilAgreed(stage.nodes)
    const taken = await takeSnapshot(stage.second)
    for (const node of stage.nodes) await untilSettled(node, taken.id)
    const before = await stateBytes(stage.first, [])
    const after = log.next({ rec: 'resource/after' })
    const thief = log.sign({ rec: 'resource/stolen', header: { seq: 1, parent: new Uint8Array() } })
    peer.offer(log.key, [...log.made.slice(0, 3), after])
    for (const node of stage.nodes) await untilRecord(node, `${ns}/resource/after`)
    peer.offer(log.key, [thief], { forkedAt: 1, claimedSeq: 1 })
    for (const node of stage.nodes) {
      await eventually(`fork at ${node.name}`, async () => {
        const forks = (await conductOf(node, client))?.forks ?? []
        return forks.some((each) => each.log === logText(log.key) && each.at === 1) || undefined
      })
      await eventually(`the end at ${node.name}`, async () =>
        (await hasRecord(node, `${ns}/resource/after`)) ? undefined : true,
      )
      expect(await hasRecord(node, `${ns}/resource/stolen`)).to.equal(false)
      expect(await stateBytes(node, [])).to.equal(before)
    }
    await peer.stop()
    const made = await makeRecord(stage.first, 'still there')
    for (const node of stage.nodes) await untilRecord(node, made)
    await untilAgreed(stage.nodes)
  })

  it('[AD11] gets no receipt for a snapshot that lies about the catalogue or a log, and says so', async () => {
    const liar = stage.hostile('liar')
    const peer = await liar.start()
    await peer.dial(stage.first.address())
    const honest = await takeSnapshot(stage.first)
    for (const node of stage.nodes) await untilSettled(node, honest.id)
    const before = await stateBytes(stage.first, [])
    const { digest } = (await statusOf(stage.first)).catalogue
    const root = textToHash(digest) ?? new Uint8Array()
    const wrong = root.map((byte, i) => (i === 9 ? byte ^ 1 : byte))
    const { client, ns } = stage.member('first')
    const lies = [
      [[root, [[ns, client, 1, wrong]]], 'heads'],
      [[wrong, await allHeads()], 'root'],
    ] as const
    for (const [statement, differs] of lies) {
      const made = statementOf(encodeCbor(statement as never))
      peer.offer(liar.log.key, liar.log.made)
      const id = hashToText(made.id)
      await eventually(`refused for its ${differs}`, async () => {
        const isTold = (line: string): boolean =>
          line.includes(id) && line.includes(`"differs":"${differs}"`)
        return stage.nodes.every(({ logged }) => logged.some(isTold)) || undefined
      })
      for (const node of stage.nodes) {
        const shown = await eventually(`the alarm at ${node.name}`, async () => {
          const { snapshots } = await statusOf(node)
          return snapshots.find((each) => each.id === id && each.alarm !== null)
        })
        expect(shown).to.deep.include({ agreed: [], settled: false, writer: liar.client })
        expect(shown.alarm).to.deep.equal({ differs, agreed: [] })
      }
    }
    expect(await stateBytes(stage.first, [])).to.equal(before)
    await peer.stop()
    const made = await makeRecord(stage.second, 'still here')
    for (const node of stage.nodes) await untilRecord(node, made)
  })

  /** A commit of the liar without entries that states something; it becomes part of its log. */
  function statementOf(snapshot: Uint8Array): Made {
    const { log } = stage.hostile('liar')
    const bodies = bodiesRoot(createCrypto(), [])
    const { version, hash } = stage.newest
    const roster = [version, hash] as const
    const signed = log.sign({ header: { type: 1, roster, entries: [], bodies, ext: { snapshot } } })
    const made = wire({ ...signed.commit, bodies: [] })
    log.made.push(made)
    return made
  }

  /** Where every log stands that changed a record. */
  async function allHeads(): Promise<readonly (readonly [number, number, number, Uint8Array])[]> {
    const heads: (readonly [number, number, number, Uint8Array])[] = []
    for (const node of stage.nodes) {
      const { writer, ends } = await node.get<Handover>('/api/v1/handover')
      for (const { namespace, audience, seq, id } of ends) {
        const hash = textToHash(String(id))
        if (audience === 1 && hash !== undefined) heads.push([namespace, writer, seq, hash])
      }
    }
    const { log, ns, client } = stage.hostile('victim')
    const settled = log.made.slice(0, 3).at(-1)
    if (settled !== undefined) heads.push([ns, client, 3, settled.id])
    return heads.sort(([a], [b]) => a - b)
  }
})

function statusOf(node: StageNode): Promise<Status> {
  return node.get<Status>('/api/v1/status')
}

async function takeSnapshot(node: StageNode): Promise<SnapshotStatus> {
  const response = await node.ask('/api/v1/snapshots', { method: 'POST' })
  return (await response.json()) as SnapshotStatus
}

function untilSettled(node: StageNode, id: string): Promise<true> {
  return eventually(`${id} settled at ${node.name}`, async () => {
    const { snapshots } = await statusOf(node)
    return snapshots.some((each) => each.id === id && each.settled) || undefined
  })
}
