/** Changing the roster: proposals, versions, orders of agencies, revocation, taking work over. */
import type { RequestHandler, Router } from 'express'
import express from 'express'
import type { OrphanFilter } from '../../federation/adopt.ts'
import type { OrdersWanted } from '../../federation/agency-orders.ts'
import type { Revocation } from '../../federation/revoke.ts'
import type { RosterOrders } from '../../federation/roster-orders.ts'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import { apiPath } from '../api-paths.ts'
import { readQuery } from '../read-query.ts'
import { type BodyName, readBody } from './roster-bodies.ts'

/** A proposal carries the whole chain. */
const BODY_LIMIT = '64mb'

/** Adds the routes; all of them need the access key. */
export function addRosterRoutes(router: Router, context: NodeContext, guard: RequestHandler): void {
  const operations = localOperations(context)
  const json = express.json({ limit: BODY_LIMIT })
  const post = <T>(path: string, name: BodyName, answer: (body: T) => Promise<unknown>): void => {
    const declared = apiPath('post', path)
    router.post(path, guard, json, async (request, response) => {
      readQuery(request, declared)
      response.json(await answer(readBody<T>(name, request.body)))
    })
  }
  post<RosterOrders>('/api/v1/roster/proposals', 'orders', async (orders) =>
    JSON.parse(await operations.propose(orders)),
  )
  post<{ readonly proposals: readonly object[]; readonly profile?: object }>(
    '/api/v1/roster/versions',
    'versions',
    ({ proposals, profile }) =>
      operations.publish(
        proposals.map((each) => JSON.stringify(each)),
        profile,
      ),
  )
  post<OrdersWanted>('/api/v1/orders/drafts', 'orderDraft', async (wanted) =>
    JSON.parse(await operations.draftOrders(wanted)),
  )
  post<object>('/api/v1/orders', 'signedOrders', async (orders) => ({
    items: await operations.takeOrders(JSON.stringify(orders)),
  }))
  post<{ readonly hash: string }>('/api/v1/roster/choice', 'choice', async ({ hash }) => {
    await operations.chooseRoster(hash)
    return { hash }
  })
  post<Revocation>('/api/v1/revocations', 'revocation', (wanted) => operations.revoke(wanted))
  post<OrphanFilter>('/api/v1/adoptions', 'adoption', (filter) => operations.adopt(filter))
  router.get('/api/v1/handover', guard, async (request, response) => {
    readQuery(request, apiPath('get', '/api/v1/handover'))
    response.json(await operations.handover())
  })
  router.get('/api/v1/orphans', guard, async (request, response) => {
    const values = readQuery(request, apiPath('get', '/api/v1/orphans'))
    const [writer = '0'] = values['writer'] ?? []
    response.json({ items: await operations.orphans({ writer: Number(writer) }) })
  })
}
