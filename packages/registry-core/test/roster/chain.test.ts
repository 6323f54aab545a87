import { expect } from 'chai'
import type { RosterChange } from '../../src/roster/change.ts'
import {
  draftRoster,
  encodeRoster,
  type Roster,
  rosterMessage,
  verifyRoster,
} from '../../src/roster/roster.ts'
import { encodeTicket, parseTicket } from '../../src/roster/ticket.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'

const root = testSigner(9_000)
const stranger = testSigner(77)

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

function signed(before: Roster, changes: readonly RosterChange[], signer = root): Uint8Array {
  const body = draftRoster(testCrypto, before, changes, TEST_START_MS)
  return encodeRoster(body, [[signer.publicKey, signer.sign(rosterMessage(body))]])
}

describe('the roster chain', () => {
  it('[RO1] takes only the next version, signed by enough root keys of both', () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const first = federation.newest
    const two: RosterChange = {
      type: 'roots',
      keys: [root.publicKey, stranger.publicKey],
      threshold: 2,
    }
    const oneKey = signed(first, [two])
    expect(codeOf(() => verifyRoster(testCrypto, first, oneKey))).to.equal('MULU_ROSTER_THRESHOLD')
    const body = draftRoster(testCrypto, first, [two], TEST_START_MS)
    const twice = encodeRoster(
      body,
      [root, root].map((key) => [key.publicKey, key.sign(rosterMessage(body))] as const),
    )
    expect(codeOf(() => verifyRoster(testCrypto, first, twice))).to.equal('MULU_ROSTER_THRESHOLD')
    const both = encodeRoster(
      body,
      [root, stranger].map((key) => [key.publicKey, key.sign(rosterMessage(body))] as const),
    )
    expect(verifyRoster(testCrypto, first, both).version).to.equal(2)
    const foreign = signed(first, [], stranger)
    expect(codeOf(() => verifyRoster(testCrypto, first, foreign))).to.equal('MULU_ROSTER_THRESHOLD')
  })

  it('[RO2] refuses a version that is skipped, replayed, of another chain, cut or altered', () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const first = federation.newest
    const second = federation.admit({ seed: 2, agency: 'B' })
    const third = federation.admit({ seed: 3, agency: 'C' })
    const other = TestFederation.found([{ seed: 4, agency: 'D' }])
    expect(codeOf(() => verifyRoster(testCrypto, first, third.bytes))).to.equal('MULU_ROSTER_CHAIN')
    expect(codeOf(() => verifyRoster(testCrypto, second, second.bytes))).to.equal(
      'MULU_ROSTER_CHAIN',
    )
    expect(codeOf(() => verifyRoster(testCrypto, other.newest, second.bytes))).to.equal(
      'MULU_FEDERATION_MISMATCH',
    )
    for (let length = 0; length < second.bytes.length; length += 11) {
      const code = codeOf(() => verifyRoster(testCrypto, first, second.bytes.subarray(0, length)))
      expect(code).to.equal('MULU_ROSTER_SHAPE')
    }
    for (let at = 0; at < second.bytes.length; at += 7) {
      const altered = Uint8Array.from(second.bytes)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(
        codeOf(() => verifyRoster(testCrypto, first, altered)),
        `byte ${at}`,
      ).to.match(/^MULU_(ROSTER|SIGNATURE|FEDERATION)/)
    }
  })

  it('[RO3] tells two rosters of one version, keeps the first and goes on serving', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const first = federation.newest
    federation.admit({ seed: 2, agency: 'B' })
    const { registry } = await openReplica(federation)
    const fork = signed(first, [{ type: 'rules', version: 1 }])
    const code = await registry.addRoster(fork).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
    expect(code).to.equal('MULU_ROSTER_FORK')
    expect(registry.roster?.version).to.equal(2)
    expect(await registry.addRoster(first.bytes)).to.equal('known')
  })

  it('[RO4] gives nobody a writer number or key twice, and admits no key of small order', () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const again = federation.newest.changes.filter((change) => change.type === 'writer')
    expect(() => federation.sign(again)).to.throw(/twice/)
    expect(codeOf(() => federation.admit({ seed: 1, agency: 'B' }))).to.equal('MULU_ADMISSION')
  })

  it('[RO5] reads a ticket back whole, and refuses one that is cut, altered or something else', () => {
    const ticket = {
      fed: new Uint8Array(33).fill(5),
      name: '演示',
      addresses: ['/ip4/127.0.0.1/tcp/1/p2p/x'],
    }
    const text = encodeTicket(testCrypto, ticket)
    expect(parseTicket(testCrypto, ` ${text}\n`)).to.deep.equal(ticket)
    for (let length = 0; length < text.length; length++) {
      expect(codeOf(() => parseTicket(testCrypto, text.slice(0, length)))).to.equal('MULU_TICKET')
    }
    const altered = `${text.slice(0, 20)}${text[20] === 'A' ? 'B' : 'A'}${text.slice(21)}`
    expect(codeOf(() => parseTicket(testCrypto, altered))).to.equal('MULU_TICKET')
    expect(codeOf(() => parseTicket(testCrypto, 'hello'))).to.equal('MULU_TICKET')
  })
})
