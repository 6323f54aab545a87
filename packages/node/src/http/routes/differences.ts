/** What changed between two moments, agency by agency. */
import type { Moment } from '@mulu/registry-core'
import type { Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { agencyRef } from '../../status/names.ts'
import { apiPath } from '../api-paths.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { momentDocument, readMoment } from '../past-moment.ts'
import { readQuery } from '../read-query.ts'

const WEEK_MS = 604_800_000

/** Adds the route. It reads every commit between the moments, so there is one answer at a time. */
export function addDifferencesRoute(router: Router, context: NodeContext): void {
  const declared = apiPath('get', '/api/v1/differences')
  const { registry } = context.store
  const momentOf = (
    name: string,
    text: string | undefined,
    otherwiseMs: number,
  ): Promise<Moment> =>
    text === undefined ? registry.catalogue.moment(otherwiseMs) : readMoment(context, name, text)
  router.get(declared.path, oneAtATime('MULU_BUSY'), async (request, response) => {
    const values = readQuery(request, declared)
    const nowMs = context.clock.now()
    const from = await momentOf('from', values['from']?.[0], nowMs - WEEK_MS)
    const to = await momentOf('to', values['to']?.[0], nowMs)
    const agency = values['agency']?.[0]
    const wanted = agency === undefined ? undefined : Number(agency)
    const found = await registry.catalogue.differences(from, to, wanted)
    response.json({
      from: momentDocument(from),
      to: momentDocument(to),
      items: found.map(({ agency: id, ...counts }) => ({
        agency: agencyRef(registry.roster?.state, id),
        ...counts,
      })),
    })
  })
}
