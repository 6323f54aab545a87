import { expect } from 'chai'
import { inputOf, type Report, runTarget } from '../fuzz/campaign.ts'
import type { OpenTarget, Target } from '../fuzz/target.ts'
import { openTargets } from '../fuzz/targets.ts'

const SEED = 20_260
/**
 * Inputs of an ordinary target: about 60 s of one processor in all, so that every change is fuzzed
 * for that long and the same way. The long runs are in docs/fuzzing.md.
 */
const INPUTS = 19_000

function bounded(target: Target, inputs = INPUTS): Promise<Report> {
  const count = Math.max(20, Math.round(inputs * (target.share ?? 1)))
  return runTarget(target, SEED, { isOver: (done) => done >= count })
}

describe('decoders of untrusted bytes', function () {
  this.timeout(1_200_000)
  let targets: readonly OpenTarget[]

  before(async () => {
    targets = await openTargets()
  })
  after(() => Promise.all(targets.map((target) => target.close?.())))

  it('[FZ2] answer every input with a value or a code, in time, and grow by nothing', async () => {
    for (const target of targets) {
      const { findings, inputs } = await bounded(target)
      const told = findings.map(({ index, what }) => `input ${index}: ${what}`)
      expect(told, target.name).to.deep.equal([])
      expect(inputs, target.name).to.be.at.least(20)
    }
  })

  it('[FZ3] read every real input that mutation starts from, but for those made to be refused', async () => {
    for (const target of targets) {
      const fates = await Promise.all(target.corpus.map(async (input) => target.read(input)))
      expect(fates, target.name).to.include('taken')
    }
  })

  it('[FZ4] can be given the same input again from its seed and number', () => {
    for (const target of targets) {
      for (const index of [0, 7, 123_456]) {
        const input = inputOf(target, SEED, index)
        expect(inputOf(target, SEED, index), target.name).to.deep.equal(input)
      }
      const inputs = Array.from({ length: 50 }, (_, i) => inputOf(target, SEED, i).join())
      expect(new Set(inputs).size, target.name).to.be.above(25)
    }
  })

  it('[FZ5] are found out when they throw, change what they read, or keep what they were given', async () => {
    const corpus = [new Uint8Array(64).fill(7)]
    const kept: number[][] = []
    const broken: readonly Target[] = [
      {
        name: 'throws',
        corpus,
        read: (input) => {
          if (input[0] === 0) throw new TypeError('of a broken decoder')
          return 'taken'
        },
      },
      {
        name: 'grows',
        corpus,
        read: () => {
          kept.push(Array(8_000).fill(kept.length))
          return 'taken'
        },
      },
    ]
    for (const target of broken) {
      const { findings } = await bounded(target, 3_000)
      expect(findings.length, target.name).to.be.above(0)
      expect(findings[0], target.name).to.include({ target: target.name, seed: SEED })
    }
  })
})
