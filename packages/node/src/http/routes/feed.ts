/** What changed, for programs that follow this catalogue: lines of JSON, oldest first. */
import { MuluError } from '@mulu/registry-core'
import type { Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { apiPath } from '../api-paths.ts'
import { readQuery } from '../read-query.ts'

type Change = { readonly id: string; readonly updatedMs: number; readonly etag: string }

/** Adds the route. */
export function addFeedRoute(router: Router, context: NodeContext): void {
  router.get('/api/v1/changes', async (request, response) => {
    const values = readQuery(request, apiPath('get', '/api/v1/changes'))
    const after = readCursor(values['after']?.[0])
    const changes = await changesAfter(context, after)
    response.type('application/x-ndjson')
    for (const change of changes) {
      response.write(`${JSON.stringify({ ...change, next: cursorOf(change) })}\n`)
    }
    response.end()
  })
}

async function changesAfter(context: NodeContext, after: string): Promise<readonly Change[]> {
  const changes: Change[] = []
  for await (const { id, updatedMs, etag } of context.store.registry.catalogue.views()) {
    const change = { id, updatedMs, etag }
    if (cursorOf(change) > after) changes.push(change)
  }
  return changes.sort((a, b) => (cursorOf(a) < cursorOf(b) ? -1 : 1))
}

function cursorOf(change: Change): string {
  return `${change.updatedMs.toString(16).padStart(12, '0')}-${change.id}`
}

function readCursor(text: string | undefined): string {
  if (text === undefined) return ''
  if (!/^[0-9a-f]{12}-[A-Za-z0-9_.:%/-]{1,200}$/.test(text)) {
    throw new MuluError('MULU_QUERY', { details: { parameter: 'after' } })
  }
  return text
}
