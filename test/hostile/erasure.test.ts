import { randomBytes } from 'node:crypto'
import { commitId, decodeCommit, decodeHeader } from '@mulu/registry-core'
import { expect } from 'chai'
import { readBlocks } from '../../packages/node/src/bundle/block-file.ts'
import { createCrypto, createSigner } from '../../packages/node/src/crypto.ts'
import type { Erased } from '../../packages/node/src/federation/erase.ts'
import { verifyEvidence } from '../../packages/node/src/operations/evidence.ts'
import type { ErasureStatus } from '../../packages/node/src/status/erasures.ts'
import { eventually } from '../support/mulu.ts'
import type { Made } from './hostile-writer.ts'
import { Stage, type StageNode } from './stage.ts'
import {
  filesWith,
  makeRecord,
  nameWitnesses,
  statusOf,
  untilAgreed,
  untilRecord,
} from './watching.ts'

/** Text that compression leaves as it is, so that looking for it in files means something. */
const SECRET = `+${randomBytes(6).readUIntBE(0, 6)} ${randomBytes(48).toString('base64url')}`
const NEIGHBOUR = randomBytes(24).toString('base64url')
const BYTES = Buffer.from(SECRET)

describe('an erasure by lawful order', function () {
  this.timeout(180_000)
  let stage: Stage
  let record: string
  let stick: Uint8Array

  before(async () => {
    stage = await Stage.open({
      honest: ['second', 'third'],
      hostile: ['liar'],
      late: ['newcomer'],
    })
    await nameWitnesses(stage, ['first', 'second', 'third'], 'liar')
    record = await makeRecord(stage.first, 'A register')
    await change(record, { 'contact/phone': SECRET, 'contact/office': NEIGHBOUR })
    await untilAgreed(stage.nodes)
    const carried = await stage.first.ask('/api/v1/bundles/export?all=1', { method: 'POST' })
    stick = new Uint8Array(await carried.arrayBuffer())
    await change(record, { 'keyword/en': 'written later' })
    await untilAgreed(stage.nodes)
  })
  after(() => stage.close())

  async function change(id: string, set: Record<string, string>): Promise<void> {
    const path = `/api/v1/records/${id}`
    const before = await stage.first.ask(path)
    const headers = {
      'content-type': 'application/json',
      'if-match': before.headers.get('etag') ?? '',
    }
    await before.arrayBuffer()
    const body = JSON.stringify({ set })
    const response = await stage.first.ask(path, { method: 'PATCH', headers, body })
    if (response.status !== 200) throw new Error(await response.text())
    await response.arrayBuffer()
  }

  it('[ER3] leaves the bytes in no file of a confirmed node; signatures verify, and what came later stays', async () => {
    for (const node of stage.nodes) {
      expect(await filesWith(node.dir, BYTES), node.name).to.not.deep.equal([])
    }
    const erased = await erase(stage.first, {
      record,
      field: 'contact/phone',
      order: '京数令〔2026〕7号',
    })
    expect(erased).to.deep.include({ bodies: 1, rewritten: 1, destroyedHere: true })
    for (const node of stage.nodes) await untilConfirmed(node, ['first', 'second', 'third'])
    await untilAgreed(stage.nodes)
    for (const node of stage.nodes) {
      expect(await filesWith(node.dir, BYTES), node.name).to.deep.equal([])
      const { fields } = await node.get<{ fields: Record<string, unknown> }>(
        `/api/v1/records/${record}`,
      )
      expect(fields).to.not.have.property('contact/phone')
      expect(fields).to.deep.include({
        'contact/office': NEIGHBOUR,
        'title/en': 'A register',
        'keyword/en': 'written later',
      })
      const verified = await node.ask('/api/v1/verify', { method: 'POST' })
      expect(await verified.json()).to.deep.include({ ok: true, problems: [] })
    }
    const evidence = await stage.second.ask(`/api/v1/records/${record}/evidence`)
    const file = new Uint8Array(await evidence.arrayBuffer())
    expect(Buffer.from(file).includes(BYTES)).to.equal(false)
    const { fields } = await verifyEvidence(file)
    expect(fields.map(({ path }) => path)).to.include.members(['contact/office', 'title/en'])
  })

  it('[AD18] refuses an erased value from a stick and from a peer, and tells of it', async () => {
    const carried = await commitsOn(stick)
    const withIt = carried.filter(({ bytes }) => Buffer.from(bytes).includes(BYTES))
    expect(withIt).to.have.length(1)
    for (const node of stage.nodes) {
      const response = await node.ask('/api/v1/bundles', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: stick as unknown as NonNullable<RequestInit['body']>,
      })
      expect(await response.json(), node.name).to.deep.include({ erased: 1, new: 0, refused: 0 })
    }
    const peer = await stage.hostile('liar').start()
    const { ns, aud, writer, seq } = decodeHeader(withIt[0]?.commit.header ?? new Uint8Array())
    await peer.dial(stage.second.address())
    const pulled = peer.nextPull()
    peer.offer({ ns, aud, writer }, withIt, { from: seq, forkedAt: seq })
    await pulled
    await untilRecord(stage.second, await makeRecord(stage.first, 'still there'))
    await peer.stop()
    await untilAgreed(stage.nodes)
    for (const node of stage.nodes) expect(await filesWith(node.dir, BYTES)).to.deep.equal([])
  })

  it('[ER4] is told to a late joiner, who never gets the bytes and confirms too', async () => {
    const newcomer = await stage.start('newcomer')
    await untilRecord(newcomer, record)
    await untilConfirmed(newcomer, ['first', 'second', 'third', 'newcomer'])
    await untilAgreed(stage.nodes)
    expect(await filesWith(newcomer.dir, BYTES)).to.deep.equal([])
    const [order] = await ordersOf(stage.first)
    const liar = order?.nodes.find(({ client }) => client === stage.member('liar').client)
    expect(liar?.state).to.equal('outstanding')
    const { erasures } = (await statusOf(stage.first)) as unknown as { erasures: unknown }
    expect(erasures).to.deep.equal({ orders: 1, outstanding: 1 })
  })

  function untilConfirmed(node: StageNode, names: readonly string[]): Promise<true> {
    return eventually<true>(`${names.join()} confirmed at ${node.name}`, async () => {
      const [order] = await ordersOf(node)
      const clients = names.map((name) => stage.member(name).client)
      const done = order?.nodes.filter(({ state }) => state === 'confirmed') ?? []
      const isDone = clients.every((client) => done.some((each) => each.client === client))
      if (isDone) return true
      throw new Error(JSON.stringify(order))
    })
  }
})

/** The commits that a bundle carries. */
async function commitsOn(bundle: Uint8Array): Promise<readonly Made[]> {
  const crypto = createCrypto()
  const source = async function* source() {
    yield bundle
  }
  const made: Made[] = []
  const keys = { signer: createSigner(new Uint8Array(32)), passphrase: undefined }
  for await (const event of readBlocks(source(), keys)) {
    if (event.type !== 'part' || event.part.t !== 'commits') continue
    for (const bytes of event.part.commits) {
      const commit = decodeCommit(bytes)
      made.push({ commit, id: commitId(crypto, commit.header), bytes })
    }
  }
  return made
}

async function erase(node: StageNode, order: Record<string, string>): Promise<Erased> {
  const response = await node.ask('/api/v1/erasures', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  const body = await response.json()
  if (response.status !== 200) throw new Error(JSON.stringify(body))
  return body as Erased
}

async function ordersOf(node: StageNode): Promise<readonly ErasureStatus[]> {
  return (await node.get<{ items: readonly ErasureStatus[] }>('/api/v1/erasures')).items
}
