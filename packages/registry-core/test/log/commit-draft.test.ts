import { expect } from 'chai'
import { commitId } from '../../src/commit/commit.ts'
import { encodeSlots } from '../../src/commit/encoded-slot.ts'
import { decodeHeader } from '../../src/commit/header.ts'
import { CommitDraft, type HeaderStart } from '../../src/log/commit-draft.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'

const crypto = testCrypto
const hash = (n: number): Uint8Array => new Uint8Array(33).fill(n, 1).fill(1, 0, 1)

const START: HeaderStart = {
  v: 1,
  fed: hash(2),
  ns: 7,
  aud: 1,
  writer: 3,
  seq: 9,
  parent: hash(3),
  roster: [4, hash(4)],
  after: [
    [5, 2, hash(5)],
    [6, 8, hash(6)],
  ],
  stamp: [1_790_000_000_123, 4],
  reset: false,
  actor: 'somebody',
  type: 0,
  crit: [],
  erase: [],
  ext: {},
}

function draft(note?: Uint8Array): CommitDraft {
  return new CommitDraft({ writer: 3, seq: 9 }, note, () => new Uint8Array(16).fill(8))
}

function filled(note?: Uint8Array): CommitDraft {
  const filling = draft(note)
  const slots = encodeSlots([
    { path: 'title/en', value: 'Water' },
    { path: 'x/level', value: undefined },
  ])
  filling.tryAdd([{ rec: 'resource/a', cls: 0, slots, over: [[5, [[0, 2]]]] }], 4)
  const of = [5, 2, [1_790_000_000_000, 0]] as const
  filling.tryAdd([{ rec: 'resource/b', cls: 1, slots, over: [], of }], 0)
  return filling
}

describe('a draft of a commit', () => {
  const kinds: readonly (readonly [string, CommitDraft, Partial<HeaderStart>])[] = [
    ['entries and a note', filled(Uint8Array.of(123, 125)), {}],
    ['a clock that is reset', filled(), { reset: true, aud: [2, 7], after: [] }],
    ['a statement', draft(), { type: 2, crit: ['later'], ext: { root: hash(9) } }],
    ['orders of erasure', draft(), { erase: [[5, 2, hash(5), 1, 'order 12']] }],
  ]
  for (const [name, filling, change] of kinds) {
    it(`[LG29] with ${name} is signed as what reading its header gives`, () => {
      const commit = filling.sign(crypto, testSigner(1), { ...START, ...change })
      expect(commit.read).to.deep.equal(decodeHeader(commit.header))
      expect(commit.id).to.deep.equal(commitId(crypto, commit.header))
    })
  }
})
