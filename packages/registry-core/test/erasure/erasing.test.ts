import { expect } from 'chai'
import {
  bodiesRoot,
  bodyHash,
  type Commit,
  commitId,
  decodeCommit,
} from '../../src/commit/commit.ts'
import { decodeHeader } from '../../src/commit/header.ts'
import { hashToText } from '../../src/crypto.ts'
import type { JsonValue } from '../../src/encoding/json.ts'
import { NOTE_FIELD } from '../../src/erasure/plan-erasure.ts'
import { isMuluError } from '../../src/errors.ts'
import type { LogKey } from '../../src/log/log.ts'
import type { Registry } from '../../src/registry.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { connect, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, TestFederation, type TestReplica } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import { openMembers, pass, passAround, witnessedFederation } from '../../testing/snapshots.ts'

const REC = 'resource/r1'
const ID = { ns: 1, kind: 'resource', local: 'r1' }
const PHONE = '+86 10 1234 5678'
const ORDER = { ns: 1, rec: REC, path: 'contact/phone', order: 'order 7', actor: 'x' }

type Fields = Readonly<Record<string, JsonValue>>
const LOG = { ns: 1, aud: 1, writer: 1 } as const

async function write({ registry, clock }: TestReplica, set: Fields): Promise<void> {
  clock.ms += 1_000
  await registry.write({ ns: 1, aud: 1, actor: 'x', changes: [{ rec: REC, set }] })
}

async function fieldsOf(registry: Registry): Promise<Record<string, unknown>> {
  return { ...(await registry.catalogue.record(ID))?.fields }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

/** Whether a node still has bytes in what it stores of its commits. */
async function stores({ db }: TestReplica, text: string): Promise<boolean> {
  for await (const value of db.values<string, Uint8Array>({ valueEncoding: 'view' })) {
    if (Buffer.from(value).includes(text)) return true
  }
  return false
}

/** Ends the log of a writer below a position, so that what it signed from there on falls. */
function cut(federation: TestFederation, client: number, registry: Registry, below: number) {
  const log: LogKey = { ns: 1, aud: 1, writer: client }
  return registry.readLog(log, below, 1).then(({ commits: [bytes] }) => {
    const { parent } = decodeHeader(decodeCommit(bytes ?? new Uint8Array()).header)
    const grant = federation.newest.state.writers.get(client)?.grants[0]
    const ends = [{ ns: 1, aud: 1 as const, seq: below - 1, id: parent }]
    const from = grant?.from ?? 1
    const close = { type: 'close', client, ns: 1, from, ends, final: true, why: 'stolen' } as const
    return federation.sign([close])
  })
}

describe('erasing a field', () => {
  it('[ER5] erases every writing of the field, and writes neighbours anew at their first rank', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'A', office: 'n' },
    ])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    const office = await openReplica(federation, { client: 2, seed: 2 })
    await write(head, { 'title/en': 'one', 'contact/phone': PHONE, 'contact/name': 'desk' })
    await write(head, { 'contact/phone': `${PHONE} ext 9` })
    await pass(head.registry, office.registry)
    // Written without knowing of the order, and later by the clock than the first writing.
    await write(office, { 'contact/name': 'counter' })
    const done = await head.registry.erasing.order(ORDER)
    expect(done).to.deep.include({ bodies: 2, rewritten: 1 })
    await passAround([head, office])
    for (const { registry } of [head, office]) {
      const fields = await fieldsOf(registry)
      expect(fields).to.not.have.property('contact/phone')
      expect(fields).to.deep.include({ 'title/en': 'one', 'contact/name': 'counter' })
      const history = await registry.catalogue.history(ID)
      expect(history.flatMap(({ paths }) => paths)).to.include('contact/phone')
    }
    await head.registry.erasing.destroy()
    expect(await stores(head, PHONE)).to.equal(false)
    expect(await codeOf(head.registry.erasing.order(ORDER))).to.equal('MULU_ERASURE')
  })

  it('[ER5] sets the field to a value that the order leaves', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    await write(head, { 'description/en': `Call ${PHONE}.`, 'title/en': 'one' })
    const path = 'description/en'
    await head.registry.erasing.order({ ...ORDER, path, value: 'Call the desk.' })
    const fields = await fieldsOf(head.registry)
    expect(fields).to.deep.equal({ 'title/en': 'one', 'description/en': 'Call the desk.' })
  })

  it('[ER6] refuses who may not erase, and what would lose a value', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'A', office: 'n', rights: ['describe'] },
      { seed: 3, agency: 'B' },
    ])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    const office = await openReplica(federation, { client: 2, seed: 2 })
    const other = await openReplica(federation, { client: 3, seed: 3 })
    await write(head, { 'contact/phone': PHONE, 'contact/name': 'desk' })
    for (const { registry } of [office, other]) await pass(head.registry, registry)
    expect(await codeOf(office.registry.erasing.order(ORDER))).to.equal('MULU_RIGHT_MISSING')
    expect(await codeOf(other.registry.erasing.order(ORDER))).to.equal('MULU_RIGHT_MISSING')
    await write(office, { 'contact/name': 'counter', 'contact/fax': '9' })
    await write(head, { 'contact/name': 'window' })
    await passAround([head, office])
    const beside = { ...ORDER, path: 'contact/fax' }
    expect(await codeOf(head.registry.erasing.order(beside))).to.equal('MULU_ERASURE')
    expect(await codeOf(head.registry.erasing.order(ORDER))).to.equal('done')
    const nowhere = { ...ORDER, path: 'contact/none' }
    expect(await codeOf(head.registry.erasing.order(nowhere))).to.equal('MULU_ERASURE')
  })

  it('[ER13] erases what has legal effect: without a value in its place the strictest rule holds', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    const late = await openReplica(federation)
    const sharing = { type: 'conditional', condition: `Ask ${PHONE}` }
    await write(head, { 'title/en': 'one', sharing: { type: 'unconditional' }, openness: 'open' })
    await write(head, { sharing, state: 'published' })
    await pass(head.registry, late.registry)
    const done = await head.registry.erasing.order({ ...ORDER, path: 'sharing' })
    // The openness and the state stood in the same bodies and are written anew.
    expect(done).to.deep.include({ bodies: 2, rewritten: 2 })
    await pass(head.registry, late.registry)
    for (const replica of [head, late]) {
      const view = await replica.registry.catalogue.record(ID)
      expect(view?.fields).to.deep.equal({
        ...{ 'title/en': 'one', openness: 'open', state: 'published' },
      })
      expect(view?.conflicts).to.deep.equal([])
      await replica.registry.erasing.destroy()
    }
    expect(await stores(head, PHONE)).to.equal(false)
    expect(hashToText(await late.registry.catalogueDigest())).to.equal(
      hashToText(await head.registry.catalogueDigest()),
    )
    const newcomer = await openReplica(federation)
    await pass(head.registry, newcomer.registry)
    expect(await fieldsOf(newcomer.registry)).to.deep.equal(await fieldsOf(head.registry))
    expect(await stores(newcomer, PHONE)).to.equal(false)
    const value = { type: 'conditional', condition: 'Ask the desk' }
    await write(head, { sharing })
    await head.registry.erasing.order({ ...ORDER, path: 'sharing', value })
    expect((await fieldsOf(head.registry))['sharing']).to.deep.equal(value)
  })

  it('[ER14] has no closing erased by who may erase but not classify, by command or by signature', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'A', office: 'n', rights: ['describe', 'erase'] },
    ])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    const office = await openReplica(federation, { client: 2, seed: 2 })
    await write(head, { openness: 'closed' })
    await pass(head.registry, office.registry)
    const wanted = { ...ORDER, path: 'openness' }
    expect(await codeOf(office.registry.erasing.order(wanted))).to.equal('MULU_RIGHT_MISSING')
    const { commits } = await head.registry.readLog(LOG, 1, 1)
    const [closing] = commits.map(decodeCommit) as [Commit]
    const erase = [[1, 1, commitId(testCrypto, closing.header), 0, 'order 7']] as const
    const bare = { entries: [], bodies: bodiesRoot(testCrypto, []) }
    const order = { ...commitOf(federation, 2, { ...bare, erase }), bodies: [] }
    const [taken] = await head.registry.accept([order])
    expect(taken?.outcome.kind).to.equal('in force')
    expect((await fieldsOf(head.registry))['openness']).to.equal('closed')
    // Nor is the body taken for missing by who gets it with that order alone.
    const body = closing.bodies[0] as Uint8Array
    const bodies = [{ missing: bodyHash(testCrypto, body) }]
    const newcomer = await openReplica(federation)
    const [refused] = await newcomer.registry.accept([{ ...closing, bodies, orders: [order] }])
    expect(refused?.outcome).to.deep.include({ kind: 'dropped', code: 'MULU_BODY_MISSING' })
    await pass(head.registry, newcomer.registry)
    expect(await fieldsOf(newcomer.registry)).to.deep.equal({ openness: 'closed' })
    await head.registry.erasing.order(wanted)
    await pass(head.registry, newcomer.registry)
    const last = await openReplica(federation)
    await pass(newcomer.registry, last.registry)
    for (const { registry } of [head, newcomer, last]) {
      expect(await fieldsOf(registry)).to.deep.equal({})
      expect(registry.holes()).to.deep.equal([])
    }
  })

  it('[ER15] erases the notes about a record: names and reasons go, the fields stay', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    const late = await openReplica(federation)
    for (const [rec, title] of [
      [REC, 'one'],
      ['resource/r2', 'other'],
      [REC, 'two'],
    ] as const) {
      head.clock.ms += 1_000
      await head.registry.write({
        ...{ ns: 1, aud: 1, actor: 'x', note: { reason: `Asked for by ${PHONE} (${title})` } },
        changes: [{ rec, set: { 'title/en': title } }],
      })
    }
    await pass(head.registry, late.registry)
    const before = hashToText(await head.registry.catalogueDigest())
    const notes = { ...ORDER, path: NOTE_FIELD }
    expect(await codeOf(head.registry.erasing.order({ ...notes, value: 'x' }))).to.equal(
      'MULU_ERASURE',
    )
    const done = await head.registry.erasing.order(notes)
    expect(done).to.deep.include({ bodies: 2, rewritten: 0, commits: [] })
    expect(await codeOf(head.registry.erasing.order(notes))).to.equal('MULU_ERASURE')
    await pass(head.registry, late.registry)
    const newcomer = await openReplica(federation)
    await pass(late.registry, newcomer.registry)
    for (const replica of [head, newcomer]) {
      const { registry } = replica
      await registry.erasing.destroy()
      expect(hashToText(await registry.catalogueDigest())).to.equal(before)
      expect(await stores(replica, `${PHONE} (one)`)).to.equal(false)
      expect(await stores(replica, `${PHONE} (two)`)).to.equal(false)
      expect(await stores(replica, `${PHONE} (other)`)).to.equal(true)
      expect(registry.holes()).to.deep.equal([])
      const [listed] = await registry.erasing.list()
      expect(listed).to.deep.include({ recs: [REC], bodies: 2, isDestroyed: true })
    }
  })

  it('[ER7] destroys at once in the agency, elsewhere once a settled snapshot covers the order', async () => {
    const members = await openMembers(witnessedFederation())
    const [head, second, third] = members as [TestReplica, TestReplica, TestReplica]
    await write(head, { 'contact/phone': PHONE })
    await passAround(members)
    const { orders } = await head.registry.erasing.order(ORDER)
    await passAround(members)
    for (const { registry } of members) await registry.erasing.destroy()
    expect(await stores(head, PHONE)).to.equal(false)
    expect(await stores(second, PHONE)).to.equal(true)
    expect(await second.registry.erasing.confirm(2)).to.equal(0)
    for (const { registry } of members) expect(await fieldsOf(registry)).to.deep.equal({})
    await head.registry.snapshot(1)
    await passAround(members)
    await second.registry.attest(2)
    await third.registry.attest(3)
    await passAround(members)
    for (const [index, { registry }] of members.entries()) {
      expect(await registry.erasing.destroy()).to.equal(true)
      expect(await registry.erasing.confirm(index + 1)).to.equal(0)
      await registry.erasing.purged()
      expect(await registry.erasing.confirm(index + 1)).to.equal(1)
      expect(await registry.erasing.confirm(index + 1)).to.equal(0)
    }
    await passAround(members)
    for (const member of members) {
      expect(await stores(member, PHONE)).to.equal(false)
      const [order] = await member.registry.erasing.list()
      expect(order).to.deep.include({ isSettled: true, isDestroyed: true, confirmed: [1, 2, 3] })
      expect(hashToText(order?.id ?? new Uint8Array())).to.equal(hashToText(orders[0] as never))
    }
  })

  it('[ER8] brings back what an order named that falls before it is settled, from those who have it', async () => {
    const federation = witnessedFederation()
    const members = await openMembers(federation)
    const [head, second] = members as [TestReplica, TestReplica, TestReplica]
    await write(head, { 'contact/phone': PHONE })
    await passAround(members)
    await head.registry.erasing.order(ORDER)
    await passAround(members)
    await head.registry.erasing.destroy()
    const closing = await cut(federation, 1, head.registry, 2)
    for (const { registry } of members) await registry.addRoster(closing.bytes)
    expect(await fieldsOf(second.registry)).to.deep.equal({ 'contact/phone': PHONE })
    expect(head.registry.holes()).to.deep.equal([{ log: { ns: 1, aud: 1, writer: 1 }, seq: 1 }])
    await pass(second.registry, head.registry)
    expect(head.registry.holes()).to.deep.equal([])
    expect(await fieldsOf(head.registry)).to.deep.equal({ 'contact/phone': PHONE })
    const digests = await Promise.all(members.map(({ registry }) => registry.catalogueDigest()))
    expect(new Set(digests.map(hashToText)).size).to.equal(1)
  })

  it('[ER8] asks its peers for what is missing without an order', async () => {
    const federation = witnessedFederation()
    const members = await openMembers(federation)
    const [, second, third] = members as [TestReplica, TestReplica, TestReplica]
    const [head] = members as [TestReplica]
    await write(head, { 'contact/phone': PHONE })
    await passAround(members)
    await head.registry.erasing.order(ORDER)
    await passAround(members)
    const late = await openReplica(federation, { client: 3, seed: 3 })
    await pass(head.registry, late.registry)
    expect(await stores(late, PHONE)).to.equal(false)
    const closing = await cut(federation, 1, head.registry, 2)
    for (const { registry } of [second, third, late]) await registry.addRoster(closing.bytes)
    expect(late.registry.holes()).to.have.length(1)
    await settle(connect(new Participant(late.registry, 3), new Participant(second.registry, 2)))
    expect(late.registry.holes()).to.deep.equal([])
    expect(await fieldsOf(late.registry)).to.deep.equal({ 'contact/phone': PHONE })
  })

  it('[ER8] stands once it is settled, whatever is closed below it', async () => {
    const federation = witnessedFederation()
    const members = await openMembers(federation)
    const [head, second, third] = members as [TestReplica, TestReplica, TestReplica]
    await write(head, { 'contact/phone': PHONE })
    await head.registry.erasing.order(ORDER)
    await passAround(members)
    await second.registry.snapshot(2)
    await passAround(members)
    await third.registry.attest(3)
    await second.registry.attest(2)
    await passAround(members)
    const closing = await cut(federation, 1, head.registry, 2)
    const newcomer = await openReplica(federation, { client: 3, seed: 3 })
    for (const { registry } of members) await registry.addRoster(closing.bytes)
    for (const { registry } of members) await registry.erasing.destroy()
    await pass(second.registry, newcomer.registry)
    for (const replica of [...members, newcomer]) {
      expect(await fieldsOf(replica.registry)).to.deep.equal({})
      expect(await stores(replica, PHONE)).to.equal(false)
      expect(replica.registry.holes()).to.deep.equal([])
    }
  })

  it('[ER9] finds orphaned and void work that holds the field, and lists it without the value', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'A', office: 'n' },
    ])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    const office = await openReplica(federation, { client: 2, seed: 2 })
    await write(office, { 'title/en': 'one' })
    await write(office, { 'contact/phone': PHONE })
    await pass(office.registry, head.registry)
    const closing = await cut(federation, 2, office.registry, 2)
    await head.registry.addRoster(closing.bytes)
    const shown = async () =>
      (await head.registry.orphans(2)).flatMap(({ entries }) =>
        entries.map(({ set }) => ({ ...set })),
      )
    expect(await shown()).to.deep.equal([{ 'contact/phone': PHONE }])
    await head.registry.erasing.order(ORDER)
    expect(await shown()).to.deep.equal([{}])
    await head.registry.erasing.destroy()
    expect(await stores(head, PHONE)).to.equal(false)
  })

  it('[ER10] goes on after a restart with orders, holes and purges that are due', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    await write(head, { 'title/en': 'one', 'contact/phone': PHONE })
    await head.registry.erasing.order(ORDER)
    const digest = hashToText(await head.registry.catalogueDigest())
    expect(await head.registry.erasing.destroy()).to.equal(true)
    await head.registry.close()
    const again = await openReplica(federation, { client: 1, seed: 1 }, head.db)
    expect(await again.registry.erasing.destroy()).to.equal(true)
    expect(again.registry.erasing.isOpen()).to.equal(true)
    await again.registry.erasing.purged()
    expect(await again.registry.erasing.confirm(1)).to.equal(1)
    expect(again.registry.erasing.isOpen()).to.equal(false)
    expect(hashToText(await again.registry.catalogueDigest())).to.equal(digest)
    expect(again.registry.holes()).to.deep.equal([])
  })
})
