import { expect } from 'chai'
import type { Signer } from '../../src/crypto.ts'
import { foundingChanges } from '../../src/roster/admission.ts'
import type { RosterChange } from '../../src/roster/change.ts'
import {
  encodeProposal,
  mergeProposals,
  type Proposal,
  parseProposal,
  proposalToRoster,
  readProposal,
  signProposal,
} from '../../src/roster/proposal.ts'
import {
  draftRoster,
  encodeRoster,
  type Roster,
  rosterMessage,
  verifyRoster,
} from '../../src/roster/roster.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'

const holders = [101, 102, 103].map(testSigner) as [Signer, Signer, Signer]
const fresh = [201, 202].map(testSigner) as [Signer, Signer]

/** A first roster with three root keys, of which two have to sign. */
function first(): Roster {
  const founder = new TestFederation().request({ seed: 1, agency: 'A' })
  const changes = foundingChanges({
    ...{ name: 'T', purpose: 'test', threshold: 2, founder },
    rootKeys: holders.map((holder) => holder.publicKey),
    profile: { id: 'p', version: '1', hash: new Uint8Array(33).fill(1) },
  })
  const body = draftRoster(testCrypto, undefined, changes, TEST_START_MS)
  return verifyRoster(testCrypto, undefined, wire(body, holders))
}

function wire(body: Uint8Array, signers: readonly Signer[]): Uint8Array {
  const message = rosterMessage(body)
  return encodeRoster(
    body,
    signers.map((signer) => [signer.publicKey, signer.sign(message)] as const),
  )
}

function propose(before: Roster, ...changes: readonly RosterChange[]): Proposal {
  const body = draftRoster(testCrypto, before, changes, TEST_START_MS + 1)
  return { chain: [before.bytes], body, signatures: [] }
}

const NAME: RosterChange = {
  ...{ type: 'agency', id: 1, codes: ['A'], names: { en: 'New name' }, region: '', parent: 0 },
  admin: undefined,
}
const ROOTS: RosterChange = {
  ...{ type: 'roots', threshold: 2 },
  keys: fresh.map((key) => key.publicKey),
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

describe('a proposed roster', () => {
  it('[RO11] is signed apart, comes back whole from its file, and is merged into a version', () => {
    const before = first()
    const carried = parseProposal(encodeProposal(propose(before, NAME)))
    const copies = [holders[0], holders[2]].map((holder) =>
      parseProposal(encodeProposal(signProposal(testCrypto, carried, holder))),
    )
    expect(copies.map((copy) => readProposal(testCrypto, copy).isComplete)).to.deep.equal([
      ...[false, false],
    ])
    const merged = mergeProposals(copies)
    const read = readProposal(testCrypto, merged)
    expect(read.isComplete).to.equal(true)
    expect(read.quorums.map(({ signed, threshold }) => [signed.length, threshold])).to.deep.equal([
      ...[
        [2, 2],
        [2, 2],
      ],
    ])
    const roster = verifyRoster(testCrypto, before, proposalToRoster(merged))
    expect(roster.state.agencies.get(1)?.names).to.deep.equal({ en: 'New name' })
  })

  it('[RO11] refuses keys that are no root keys, other proposals, and bytes that were altered', () => {
    const before = first()
    const proposal = propose(before, NAME)
    expect(codeOf(() => signProposal(testCrypto, proposal, testSigner(7)))).to.equal(
      'MULU_ROOT_KEY',
    )
    expect(codeOf(() => mergeProposals([proposal, propose(before, ROOTS)]))).to.equal(
      'MULU_PROPOSAL_OTHER',
    )
    const text = encodeProposal(proposal)
    for (let length = 0; length < text.length - 2; length += 29) {
      expect(codeOf(() => parseProposal(text.slice(0, length)))).to.equal('MULU_PROPOSAL_SHAPE')
    }
    for (let at = 0; at < proposal.body.length; at += 5) {
      const body = Uint8Array.from(proposal.body)
      body[at] = (body[at] ?? 0) ^ 1
      const altered = { ...signProposal(testCrypto, proposal, holders[0]), body }
      const read = codeOf(() => expect(signedOf(altered)).to.equal(0))
      expect(read ?? 'nobody signed it', `byte ${at}`).to.match(/^MULU_|^nobody/)
    }
    const short = { ...proposal, chain: [] }
    expect(codeOf(() => readProposal(testCrypto, short))).to.equal('MULU_PROPOSAL_SHAPE')
  })

  it('[RO12] replaces root keys only with enough of the old and enough of the new', () => {
    const before = first()
    const proposal = propose(before, ROOTS)
    const signedBy = (...signers: readonly Signer[]): string | undefined =>
      codeOf(() => verifyRoster(testCrypto, before, wire(proposal.body, signers)))
    expect(signedBy(...holders)).to.equal('MULU_ROSTER_THRESHOLD')
    expect(signedBy(...fresh)).to.equal('MULU_ROSTER_THRESHOLD')
    expect(signedBy(...fresh, holders[0])).to.equal('MULU_ROSTER_THRESHOLD')
    expect(signedBy(...fresh, holders[0], holders[0])).to.equal('MULU_ROSTER_THRESHOLD')
    expect(signedBy(...fresh, holders[0], testSigner(5))).to.equal('MULU_ROSTER_THRESHOLD')
    expect(signedBy(...fresh, holders[0], holders[1])).to.equal(undefined)
    const second = verifyRoster(testCrypto, before, wire(proposal.body, [...fresh, ...holders]))
    const third = propose(second, NAME)
    expect(codeOf(() => signProposal(testCrypto, third, holders[0]))).to.not.equal(undefined)
    const olds = wire(third.body, holders)
    expect(codeOf(() => verifyRoster(testCrypto, second, olds))).to.equal('MULU_ROSTER_THRESHOLD')
  })

  it('[RO12] refuses root keys that are listed twice, of small order, or fewer than the threshold', () => {
    const before = first()
    const [one, two] = fresh.map((key) => key.publicKey) as [Uint8Array, Uint8Array]
    const identity = Uint8Array.from([1, 1, ...new Uint8Array(31)])
    const cases: readonly (readonly [readonly Uint8Array[], number])[] = [
      [[one, one], 2],
      [[one, two], 3],
      [[one, identity], 1],
      [[], 1],
    ]
    for (const [keys, threshold] of cases) {
      expect(() => propose(before, { type: 'roots', keys, threshold })).to.throw()
    }
  })

  it('[RO13] halts at two rosters of one version until a person chooses, and then goes on', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const { registry, db } = await openReplica(federation, { client: 1, seed: 1 })
    const base = federation.newest
    const kept = sign(federation, base, NAME)
    const other = sign(federation, base, { ...NAME, names: { en: 'Other' } })
    const beyond = sign(federation, verifyRoster(testCrypto, base, other), NAME)
    const later = sign(federation, verifyRoster(testCrypto, base, kept), NAME)
    await registry.addRoster(kept)
    expect(await refusal(registry.addRoster(other))).to.equal('MULU_ROSTER_FORK')
    expect(await refusal(registry.addRoster(later))).to.equal('MULU_ROSTER_HALTED')
    const set = { 'title/en': 'T' }
    await registry.write({ ns: 1, aud: 1, actor: 'a', changes: [{ rec: 'resource/r1', set }] })
    const [alarm] = registry.rosterForks
    expect(alarm).to.include({ version: 2, isSettled: false })
    await registry.close()
    const again = await openReplica(TestFederation.found([{ seed: 1, agency: 'A' }]), undefined, db)
    expect(again.registry.rosterForks).to.deep.equal([alarm])
    await again.registry.chooseRoster(alarm?.other ?? new Uint8Array())
    expect(again.registry.roster?.state.agencies.get(1)?.names).to.deep.equal({ en: 'Other' })
    expect(again.registry.rosterForks.map((fork) => fork.isSettled)).to.deep.equal([true])
    expect(await again.registry.addRoster(beyond)).to.equal('new')
    // What was written under the roster that lost waits: nobody can tell what it was granted.
    expect(again.registry.totals()).to.include({ records: 0, waiting: 1 })
    expect(await refusal(again.registry.addRoster(kept))).to.equal('MULU_ROSTER_FORK')
    expect(await refusal(again.registry.chooseRoster(new Uint8Array(33)))).to.equal(
      'MULU_NOT_FOUND',
    )
  })
})

function sign(federation: TestFederation, before: Roster, change: RosterChange): Uint8Array {
  return wire(draftRoster(testCrypto, before, [change], TEST_START_MS + 9), [federation.root])
}

async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: { readonly code?: string }) => error.code,
  )
}

function signedOf(proposal: Proposal): number {
  return readProposal(testCrypto, proposal).quorums.flatMap(({ signed }) => signed).length
}
