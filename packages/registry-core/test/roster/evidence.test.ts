import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { isMuluError } from '../../src/errors.ts'
import { type Checked, checkEvidence } from '../../src/evidence/check.ts'
import { decodeEvidence, type Evidence, encodeEvidence } from '../../src/evidence/evidence.ts'
import { gatherEvidence } from '../../src/evidence/gather.ts'
import { openRegistry } from '../../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import type { Database, Registry } from '../../src/registry.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, TEST_START_MS, type TestFederation } from '../../testing/federation.ts'
import { take, write } from '../../testing/ordered-replicas.ts'
import {
  admit,
  close,
  closing,
  end,
  logOf,
  OFFICE,
  orderingFederation,
} from '../../testing/orders.ts'

const RECORD = { ns: 2, kind: 'resource', local: 'a' }

async function check(evidence: Evidence): Promise<Checked> {
  const scratch = await openRegistry({
    db: new MemoryLevel<string, string>() as unknown as Database,
    ...{ crypto: testCrypto, now: () => TEST_START_MS, profiles: [CN_GOV_PROFILE], partial: true },
    randomBytes: (length) => new Uint8Array(length),
  })
  return checkEvidence(testCrypto, scratch, evidence)
}

const refusalOf = (evidence: Evidence): Promise<unknown> =>
  check(evidence).then(
    () => 'taken',
    (error: unknown) => (isMuluError(error) ? error.details['code'] : error),
  )

/** An office that has written `a` and `b`, beside orders that have nothing to do with it. */
async function office(federation: TestFederation): Promise<Registry> {
  const { registry } = await openReplica(federation, { client: OFFICE, seed: 20 })
  const others = [
    admit(federation, { seed: 31, no: 8 }),
    close(federation, closing(2, [end(3)]), { no: 9 }),
  ]
  await take(registry, admit(federation), ...others)
  for (const local of ['a', 'b']) await write(registry, local)
  return registry
}

describe('evidence of what a writer by order has written', () => {
  it('[EV20] carries the order that admits it and no other, and is checked with it', async () => {
    const federation = orderingFederation()
    const gathered = await gatherEvidence(testCrypto, await office(federation), RECORD)
    expect(gathered.orders).to.deep.equal([admit(federation).bytes])
    const evidence = decodeEvidence(testCrypto, encodeEvidence(testCrypto, gathered))
    expect(evidence).to.deep.equal(gathered)
    const { view, history, roster } = await check(evidence)
    expect(view?.fields['title/en']).to.equal('a')
    expect(history.map(({ source }) => source.client)).to.deep.equal([OFFICE])
    expect(roster.state.writers.get(OFFICE)?.office).to.equal('office 20')
  })

  it('[EV21] does not hold without that order, with another one, or with one that is none', async () => {
    const federation = orderingFederation()
    const gathered = await gatherEvidence(testCrypto, await office(federation), RECORD)
    const { orders: _, ...bare } = gathered
    expect(await refusalOf(bare)).to.equal('MULU_KEY_NOT_BOUND')
    const other = [admit(federation, { seed: 21 }).bytes]
    expect(await refusalOf({ ...bare, orders: other })).to.equal('MULU_SIGNATURE')
    const beyond = [...(gathered.orders ?? []), close(federation, closing(1, [])).bytes]
    expect(await refusalOf({ ...bare, orders: beyond })).to.equal('MULU_ORDER_REACH')
    expect(await refusalOf({ ...bare, orders: [new Uint8Array([1])] })).to.equal('MULU_ORDER_SHAPE')
  })

  it('[EV22] shows a closing by order, and nothing written beyond it', async () => {
    const federation = orderingFederation()
    const registry = await office(federation)
    const [first] = await registry.commitsAt(logOf(OFFICE), 1)
    const cut = close(federation, closing(OFFICE, [end(1, first?.id)]), { no: 4 })
    await take(registry, cut)
    const evidence = await gatherEvidence(testCrypto, registry, RECORD)
    expect(new Set(evidence.orders)).to.deep.equal(new Set([admit(federation).bytes, cut.bytes]))
    const { heads } = await check(evidence)
    expect(heads.map(({ accepted }) => accepted.seq)).to.deep.equal([1])
    const later = { ...(await uncut(federation)), orders: evidence.orders ?? [] }
    expect(await refusalOf(later)).to.equal('MULU_REVOKED')
  })
})

/** Evidence for the second record, as it was before the closing. */
async function uncut(federation: TestFederation): Promise<Evidence> {
  const registry = await office(federation)
  return gatherEvidence(testCrypto, registry, { ...RECORD, local: 'b' })
}
