/** Erasure: what is ordered, and the order. */
import { isJsonObject, type JsonValue, MuluError } from '@mulu/registry-core'
import type { RequestHandler, Router } from 'express'
import type { ErasureOrder } from '../../federation/erase.ts'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import { listErasureStatus } from '../../status/erasures.ts'
import { answerLong } from '../answer-long.ts'
import { apiPath } from '../api-paths.ts'
import { bringsKey } from '../authenticate.ts'
import { jsonBody } from '../read-body.ts'
import { readQuery } from '../read-query.ts'

const PATH = '/api/v1/erasures'

/** Adds the routes; orders within a namespace are told to the holder of the access key alone. */
export function addErasureRoutes(
  router: Router,
  context: NodeContext,
  guard: RequestHandler,
  accessKey: string,
): void {
  const operations = localOperations(context)
  router.get(PATH, async (request, response) => {
    readQuery(request, apiPath('get', PATH))
    response.json({
      items: await listErasureStatus(context, bringsKey(request, accessKey) === true),
    })
  })
  router.post(PATH, guard, jsonBody(), async (request, response) => {
    readQuery(request, apiPath('post', PATH))
    const order = readOrder(request.body as JsonValue)
    await answerLong(context, request, response, (onProgress) =>
      operations.erase(order, onProgress),
    )
  })
}

function readOrder(body: JsonValue): ErasureOrder {
  const fields = isJsonObject(body) ? body : {}
  const text = (name: string): string => {
    const value = fields[name]
    if (typeof value !== 'string') throw new MuluError('MULU_JSON', { details: { field: name } })
    return value
  }
  const { value, lacked = false } = fields
  if (typeof lacked !== 'boolean')
    throw new MuluError('MULU_JSON', { details: { field: 'lacked' } })
  return {
    ...{ record: text('record'), field: text('field'), order: text('order') },
    ...(value === undefined ? {} : { value }),
    lacked,
  }
}
