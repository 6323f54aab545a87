import { expect } from 'chai'
import { hashToText } from '../../src/crypto.ts'
import { NOTE_FIELD } from '../../src/erasure/plan-erasure.ts'
import { isMuluError } from '../../src/errors.ts'
import type { Registry, Write } from '../../src/registry.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { cutBelow } from '../../testing/settled.ts'
import { openMembers, pass, witnessedFederation } from '../../testing/snapshots.ts'

const REC = 'resource/r1'
const ID = { ns: 1, kind: 'resource', local: 'r1' }
const LOG = { ns: 1, aud: 1, writer: 1 } as const
const ORDER = { ns: 1, rec: REC, path: 'contact/phone', order: 'order 7', actor: 'x' }

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return isMuluError(error) ? error.code : String(error)
  }
}

async function digestsOf(replicas: readonly TestReplica[]): Promise<ReadonlySet<string>> {
  const digests = await Promise.all(replicas.map(({ registry }) => registry.catalogueDigest()))
  return new Set(digests.map(hashToText))
}

describe('an order of erasure that fell after it was carried out', () => {
  let federation: TestFederation
  let members: readonly TestReplica[]
  let head: TestReplica
  let office: TestReplica

  beforeEach(async () => {
    federation = witnessedFederation()
    const rights = ['describe', 'classify', 'erase'] as const
    federation.admit({ seed: 4, agency: 'A1', office: 'north', rights })
    office = await openReplica(federation, { client: 4, seed: 4 })
    members = [...(await openMembers(federation)), office]
    head = members[0] as TestReplica
  })

  async function write({ registry, clock }: TestReplica, more: Partial<Write>): Promise<void> {
    clock.ms += 1_000
    await registry.write({ ns: 1, aud: 1, actor: 'x', changes: [], ...more })
  }

  /** The head office orders, destroys and passes on what is left; then its log is cut below. */
  async function destroyAndFall(
    paths: readonly string[],
    others: readonly TestReplica[],
  ): Promise<void> {
    for (const path of paths) await head.registry.erasing.order({ ...ORDER, path })
    await head.registry.erasing.destroy()
    for (const { registry } of others) await pass(head.registry, registry)
    const closing = await cutBelow(federation, head.registry, LOG, 2)
    for (const { registry } of members) await registry.addRoster(closing.bytes)
  }

  function fieldsOf(registry: Registry): Promise<Record<string, unknown>> {
    return registry.catalogue.record(ID).then((view) => ({ ...view?.fields }))
  }

  function lackingOf(replicas: readonly TestReplica[]): readonly number[] {
    return replicas.map(({ registry }) => registry.pruning.lackingRecords())
  }

  it('[PB13] is given again for what nobody has any more, and nothing is lacked from then on', async () => {
    const set = { 'title/en': 'stays', 'contact/phone': '+86 1', openness: 'open' }
    await write(head, { changes: [{ rec: REC, set }] })
    await destroyAndFall(['contact/phone', 'openness'], members)
    expect(lackingOf(members)).to.deep.equal([1, 1, 1, 1])
    for (const { registry } of members) {
      expect(await fieldsOf(registry)).to.deep.equal({ 'title/en': 'stays' })
    }
    const change = { rec: REC, set: { 'contact/phone': 'over it' } }
    expect(await codeOf(write(office, { changes: [change] }))).to.equal('MULU_NOT_HELD')
    expect(await codeOf(office.registry.snapshot(1))).to.equal('MULU_NOT_HELD')
    // Somebody may have it yet, and it may say more than this field.
    expect(await codeOf(office.registry.erasing.order(ORDER))).to.equal('MULU_NOT_HELD')
    const wanted = { ...ORDER, lacked: true }
    const again = await office.registry.erasing.order({ ...wanted, value: 'left' })
    expect(again).to.deep.include({ bodies: 1, rewritten: 0 })
    // What has legal effect is not here yet, and nothing of that kind is shown meanwhile.
    expect(lackingOf([office])).to.deep.equal([1])
    await office.registry.erasing.order({ ...wanted, path: 'openness' })
    for (const { registry } of members) await pass(office.registry, registry)
    expect(lackingOf(members)).to.deep.equal([0, 0, 0, 0])
    for (const { registry } of members) {
      expect(registry.holes()).to.deep.equal([])
      const fields = { 'title/en': 'stays', 'contact/phone': 'left' }
      expect(await fieldsOf(registry)).to.deep.equal(fields)
    }
    expect(await digestsOf(members)).to.have.length(1)
    expect(await codeOf(office.registry.snapshot(1))).to.equal('done')
  })

  it('[PB14] is given again where it was carried out, for the body and the note that others have', async () => {
    const changes = [{ rec: REC, set: { 'contact/phone': '+86 1' } }]
    await write(head, { changes, note: { reason: 'because of +86 2' } })
    const holder = members[1] as TestReplica
    await pass(head.registry, holder.registry)
    await destroyAndFall(['contact/phone', NOTE_FIELD], [office])
    expect(await fieldsOf(holder.registry)).to.deep.equal({ 'contact/phone': '+86 1' })
    expect(lackingOf([office])).to.deep.equal([1])
    for (const path of ['contact/phone', NOTE_FIELD]) {
      const done = await office.registry.erasing.order({ ...ORDER, path, lacked: true })
      expect(done).to.deep.include({ bodies: 1 })
    }
    await pass(office.registry, holder.registry)
    const [first] = (await holder.registry.readLog(LOG, 1, 1)).commits
    for (const text of ['+86 1', '+86 2']) {
      expect(Buffer.from(first ?? new Uint8Array()).includes(text)).to.equal(false)
    }
    expect(await fieldsOf(holder.registry)).to.deep.equal({})
    expect(await digestsOf([office, holder])).to.have.length(1)
  })
})
