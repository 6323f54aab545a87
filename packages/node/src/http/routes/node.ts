/** What this node is and sees: status, peers, agencies, roster. */
import type { Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import { listAgencies } from '../../status/agencies.ts'
import { readStatus } from '../../status/node-status.ts'
import { listOrders } from '../../status/orders.ts'
import { listPeers } from '../../status/peers.ts'
import { showRoster } from '../../status/roster.ts'
import { apiPath } from '../api-paths.ts'
import { readQuery } from '../read-query.ts'

/** Adds the routes. */
export function addNodeRoutes(router: Router, context: NodeContext): void {
  const read = (path: string, answer: () => Promise<unknown>): void => {
    const declared = apiPath('get', path)
    router.get(path, async (request, response) => {
      readQuery(request, declared)
      response.json(await answer())
    })
  }
  read('/api/v1/status', () => readStatus(context))
  read('/api/v1/peers', async () => ({ items: await listPeers(context) }))
  read('/api/v1/agencies', () => listAgencies(context))
  read('/api/v1/roster', async () => showRoster(context))
  read('/api/v1/orders', async () => listOrders(context.store.registry))
  read('/api/v1/profile', () => localOperations(context).profile())
}
