import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { type Commit, decodeCommit, readCommit } from '../../src/commit/commit.ts'
import { hash } from '../../src/crypto.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { isMuluError } from '../../src/errors.ts'
import { type Checked, checkEvidence } from '../../src/evidence/check.ts'
import { decodeEvidence, type Evidence, encodeEvidence } from '../../src/evidence/evidence.ts'
import { gatherEvidence } from '../../src/evidence/gather.ts'
import { openRegistry } from '../../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import type { Database, Registry } from '../../src/registry.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'

const R1 = { ns: 1, kind: 'resource', local: 'r1' }

/** Two writers of one namespace that see each other: r1 by both, r2 by the first alone. */
async function exchanged(): Promise<{ federation: TestFederation; registry: Registry }> {
  const federation = TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'A', office: 'n' },
  ])
  const one = await openReplica(federation, { client: 1, seed: 1 })
  const two = await openReplica(federation, { client: 2, seed: 2 })
  const write = async (
    by: typeof one,
    to: typeof one,
    rec: string,
    set: Readonly<Record<string, string>>,
  ): Promise<void> => {
    by.clock.ms += 1_000
    await by.registry.write({
      ...{ ns: 1, aud: 1, actor: 'x', note: { reason: 'why' } },
      changes: [{ rec, set }],
    })
    const client = by.registry.author?.client ?? 0
    const { commits } = await by.registry.readLog({ ns: 1, aud: 1, writer: client }, 1, 1e6)
    await to.registry.accept(commits.map(decodeCommit))
  }
  await write(one, two, 'resource/r1', { 'title/en': 'first', 'description/en': 'about' })
  await write(one, two, 'resource/r2', { 'title/en': 'another record', 'description/en': 'x' })
  await write(two, one, 'resource/r1', { 'title/en': 'second' })
  await write(one, two, 'resource/r1', { 'title/en': 'third' })
  await write(one, two, 'resource/r2', { 'title/en': 'later' })
  return { federation, registry: one.registry }
}

async function check(evidence: Evidence): Promise<Checked> {
  const scratch = await openRegistry({
    db: new MemoryLevel<string, string>() as unknown as Database,
    crypto: testCrypto,
    now: () => TEST_START_MS,
    randomBytes: (length) => new Uint8Array(length),
    profiles: [CN_GOV_PROFILE],
  })
  return checkEvidence(testCrypto, scratch, evidence)
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'taken'
  } catch (error) {
    if (!isMuluError(error)) throw error
    const { code } = error.details
    return typeof code === 'string' ? `${error.code} ${code}` : error.code
  }
}

describe('evidence', () => {
  let registry: Registry
  let evidence: Evidence

  before(async () => {
    registry = (await exchanged()).registry
    evidence = await gatherEvidence(testCrypto, registry, R1)
  })

  it('[EV1] shows to somebody who has nothing else what the node shows: fields, authors, history', async () => {
    const bytes = encodeEvidence(testCrypto, evidence)
    const checked = await check(decodeEvidence(testCrypto, bytes))
    expect(checked.view).to.deep.equal(await registry.catalogue.record(R1))
    expect(checked.fields).to.deep.equal(await registry.catalogue.provenance(R1))
    expect(checked.history).to.deep.equal(await registry.catalogue.history(R1))
    expect(checked.fields.find(({ path }) => path === 'title/en')?.value).to.equal('third')
    expect(checked.history).to.have.length(3)
  })

  it('[EV2] carries the bodies of no other record, and nothing that its commits do not rest on', () => {
    const text = Buffer.from(encodeEvidence(testCrypto, evidence)).toString('latin1')
    expect(text).to.include('third').and.not.include('another record')
    const positions = evidence.commits.map((commit) => {
      const { writer, seq } = readCommit(testCrypto, commit).read
      return `${writer}.${seq}`
    })
    expect(positions).to.deep.equal(['1.1', '1.2', '2.1', '1.3'])
  })

  it('[EV3] does not hold once anything is altered, left out or added, whoever made the file anew', async () => {
    const { commits, rosters } = evidence
    const [first, second, third, fourth] = commits as [Commit, Commit, Commit, Commit]
    const flip = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte))
    const body = first.bodies.map((b) => (b instanceof Uint8Array ? flip(b, -1) : b))
    const hidden = fourth.bodies.map((b) =>
      b instanceof Uint8Array ? { missing: hash(testCrypto, utf8('mulu/body/1'), b) } : b,
    )
    const cases: readonly (readonly [string, Evidence])[] = [
      ['MULU_EVIDENCE MULU_BODY_HASH', replacing(0, { ...first, bodies: body })],
      [
        'MULU_EVIDENCE MULU_SIGNATURE',
        replacing(1, { ...second, signature: flip(second.signature, 0) }),
      ],
      ['MULU_EVIDENCE MULU_BODY_MISSING', replacing(3, { ...fourth, bodies: hidden })],
      ['MULU_EVIDENCE', { ...evidence, commits: [first, third, fourth] }],
      ['MULU_EVIDENCE', { ...evidence, commits: [first, second, fourth] }],
      ['MULU_EVIDENCE', { ...evidence, commits: [second, first, third, fourth] }],
      ['MULU_EVIDENCE', { ...evidence, record: { ...R1, local: 'r9' } }],
      ['MULU_EVIDENCE', { ...evidence, record: { ...R1, ns: 2 } }],
      ['MULU_EVIDENCE MULU_ROSTER_UNKNOWN', { ...evidence, rosters: rosters.slice(0, 1) }],
      ['MULU_FEDERATION_MISMATCH', { ...evidence, rosters: rosters.slice(1) }],
      ['MULU_EVIDENCE MULU_COMMIT_FEDERATION', { ...evidence, rosters: otherRosters() }],
    ]
    for (const [code, altered] of cases) {
      const bytes = encodeEvidence(testCrypto, altered)
      expect(await codeOf(() => check(decodeEvidence(testCrypto, bytes)))).to.equal(code)
    }

    function replacing(index: number, commit: Commit): Evidence {
      return { ...evidence, commits: commits.map((each, i) => (i === index ? commit : each)) }
    }
  })

  it('[EV4] refuses a file that was altered or cut anywhere, and files of other kinds', async () => {
    const bytes = encodeEvidence(testCrypto, evidence)
    const damaged: Uint8Array[] = [new Uint8Array(), utf8('mulu/evidence/1'), utf8('{}')]
    const step = Math.ceil(bytes.length / 500)
    for (let at = 0; at < bytes.length; at += step) {
      const altered = bytes.slice()
      altered[at] = (altered[at] ?? 0) ^ 0x80
      damaged.push(altered, bytes.slice(0, at))
    }
    damaged.push(concat(bytes, Uint8Array.of(0)))
    for (const each of damaged) {
      expect(await codeOf(() => decodeEvidence(testCrypto, each))).to.equal('MULU_EVIDENCE_SHAPE')
    }
  })

  it('[EV5] shows the branch that stands and the closing that the roster made', async () => {
    const { federation, registry: node } = await exchanged()
    const [own] = node.heads()
    const { seq, id } = own?.accepted ?? { seq: 0, id: new Uint8Array() }
    const end = { ns: 1, aud: 1 as const, seq: seq - 2, id }
    const at = await node.commitsAt({ ns: 1, aud: 1, writer: 1 }, end.seq)
    federation.sign([
      {
        ...{ type: 'close', client: 1, ns: 1, from: 1, final: true, why: 'lost' },
        ends: [{ ...end, id: at[0]?.id ?? id }],
      },
    ])
    await node.addRoster(federation.newest.bytes)
    const checked = await check(await gatherEvidence(testCrypto, node, R1))
    expect(checked.view).to.deep.equal(await node.catalogue.record(R1))
    expect(checked.fields.find(({ path }) => path === 'title/en')?.value).to.equal('second')
    expect(checked.roster.version).to.equal(federation.newest.version)
  })
})

function otherRosters(): readonly Uint8Array[] {
  return TestFederation.found([{ seed: 5, agency: 'B' }]).rosters.map((roster) => roster.bytes)
}
