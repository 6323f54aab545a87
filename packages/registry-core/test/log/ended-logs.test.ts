import { expect } from 'chai'
import { hashToText } from '../../src/crypto.ts'
import { isMuluError } from '../../src/errors.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'

function newFederation(): TestFederation {
  return TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'A', office: 'n' },
  ])
}

describe('who names a log that has ended', () => {
  it('[LG11] supersedes the same in any order when the log it names has forked', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1, {}, 'common')
    const left = commitOf(federation, 1, { seq: 2, parent: first.id }, 'left')
    const right = commitOf(federation, 1, { seq: 2, parent: first.id }, 'right')
    const over = [[1, [[0, 2]]]] as const
    const naming = commitOf(federation, 2, { after: [[1, 2, left.id]] }, 'mine', 2, over)
    const readings = new Set<string>()
    for (const order of [
      [first, left, naming, right],
      [left, right, naming, first],
      [naming, right, left, first],
    ]) {
      const { registry } = await openReplica(federation)
      await registry.accept(order)
      const view = await registry.catalogue.record({ ns: 1, kind: 'resource', local: 'r1' })
      expect(view?.fields['title/en']).to.equal('mine')
      expect(view?.conflicts).to.deep.equal([])
      readings.add(hashToText(await registry.catalogueDigest()))
    }
    expect(readings.size).to.equal(1)
  })

  it('[LG12] goes on as soon as the log it names has reached the end that the roster gave it', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1)
    const lost = commitOf(federation, 1, { seq: 2, parent: first.id })
    const naming = commitOf(federation, 2, { after: [[1, 2, lost.id]] }, 'mine')
    const ends = [{ ns: 1, aud: 1 as const, seq: 1, id: first.id }]
    const cut = {
      type: 'close',
      client: 1,
      ns: 1,
      from: 1,
      ends,
      final: true,
      why: 'lost',
    } as const
    federation.sign([cut])
    const { registry } = await openReplica(federation)
    await registry.accept([naming])
    expect(registry.totals().waiting).to.equal(1)
    await registry.accept([first])
    expect(registry.totals().waiting).to.equal(0)
  })

  it('[LG12] goes on as soon as the log it names is proven to have forked where it ends', async () => {
    const federation = newFederation()
    const first = commitOf(federation, 1)
    const stalled = { seq: 2, parent: first.id, after: [[2, 9, first.id]] } as const
    const left = commitOf(federation, 1, stalled, 'left')
    const right = commitOf(federation, 1, stalled, 'right')
    const naming = commitOf(federation, 2, { after: [[1, 2, left.id]] }, 'mine')
    const { registry } = await openReplica(federation)
    const acceptances = await registry.accept([first, left, naming])
    expect(acceptances.map(({ outcome }) => outcome.kind)).to.deep.equal([
      'in force',
      'waits',
      'waits',
    ])
    await registry.accept([right])
    expect(registry.heads().find(({ log }) => log.writer === 2)?.accepted.seq).to.equal(1)
  })

  it('[LG13] writes nothing at a position of the own log that somebody else has written', async () => {
    const federation = newFederation()
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    const elsewhere = [1, 2].map((n) =>
      commitOf(federation, 1, { seq: 3, parent: new Uint8Array(33).fill(n) }, `copy ${n}`),
    )
    for (const [index, commit] of elsewhere.entries()) {
      await registry.accept([commit])
      const change = { rec: `resource/n${index}`, set: { 'title/en': 'x' } }
      const refusal = await registry
        .write({ ns: 1, aud: 1, actor: 'a', changes: [change] })
        .catch((error: unknown) => error)
      expect(isMuluError(refusal) && refusal.code).to.equal('MULU_FORK')
    }
    expect(registry.heads()[0]?.accepted.seq).to.equal(0)
  })
})
