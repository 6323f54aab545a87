import { expect } from 'chai'
import { QUOTA_LIMITS } from '../../packages/node/src/network/quotas.ts'
import { type Outcome, playHostility } from './scenario.ts'
import { conductOf } from './watching.ts'

describe('a federation of five with one hostile node', function () {
  this.timeout(300_000)
  let outcome: Outcome

  before(async () => {
    const quotas = { ...QUOTA_LIMITS, writerCommits: { perSecond: 100, burst: 100 } }
    outcome = await playHostility({
      isOver: (round) => round >= 6,
      flood: 40,
      records: 2,
      limits: { quotas },
    })
  })
  after(() => outcome?.stage.close())

  it('[E217] ends with equal digests over every honest record and nothing else', async () => {
    for (const node of outcome.stage.nodes) {
      const lines = (await (await node.ask('/api/v1/export')).text()).split('\n')
      const ids = lines.filter((line) => line !== '').map((line) => JSON.parse(line).id as string)
      expect(ids.sort(), node.name).to.deep.equal([...outcome.honestIds].sort())
    }
    const { rounds, flood } = { rounds: outcome.rounds, flood: outcome.offender.log.made.length }
    expect([rounds, flood > 200]).to.deep.equal([6, true])
  })

  it('[E218] names the offender and why on the situation of every honest node', async () => {
    const { client } = outcome.offender
    for (const node of outcome.stage.nodes) {
      const conduct = await conductOf(node, client)
      expect(
        conduct?.forks.map(({ at }) => at),
        node.name,
      ).to.deep.equal([2])
      expect(conduct?.revoked, node.name).to.equal(true)
      const others = node.get<{ conduct: readonly { client: number }[] }>('/api/v1/status')
      expect(
        (await others).conduct.map((each) => each.client),
        node.name,
      ).to.deep.equal([client])
    }
    const codes = await Promise.all(
      outcome.stage.nodes.map(async (node) => {
        const conduct = await conductOf(node, client)
        return [...(conduct?.ineffective ?? []), ...(conduct?.refused ?? [])].map((e) => e.code)
      }),
    )
    const acts = ['MULU_GRANT_MISSING', 'MULU_BODY_VOID', 'MULU_FORK', 'MULU_SIGNATURE']
    expect(codes.flat()).to.include.members(acts)
  })
})
