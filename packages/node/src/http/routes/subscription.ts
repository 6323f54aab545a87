/** Holding a part of the catalogue. */
import { isJsonObject, type JsonValue, MuluError } from '@mulu/registry-core'
import type { RequestHandler, Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import type { SubscribeOrder } from '../../operations/subscribe.ts'
import { answerLong } from '../answer-long.ts'
import { apiPath } from '../api-paths.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { jsonBody } from '../read-body.ts'
import { readQuery } from '../read-query.ts'

const PATH = '/api/v1/subscription'

/** Adds the route; `guard` lets only holders of the access key through. */
export function addSubscriptionRoute(
  router: Router,
  context: NodeContext,
  guard: RequestHandler,
): void {
  const operations = localOperations(context)
  router.post(PATH, guard, oneAtATime('MULU_BUSY'), jsonBody(), async (request, response) => {
    const values = readQuery(request, apiPath('post', PATH))
    const order = readOrder(request.body as JsonValue)
    const dryRun = values['dryRun'] !== undefined
    await answerLong(context, request, response, () => operations.subscribe({ ...order, dryRun }))
  })
}

function readOrder(body: JsonValue): Omit<SubscribeOrder, 'dryRun'> {
  const fields = isJsonObject(body) ? body : {}
  const { all = false } = fields
  if (typeof all !== 'boolean') throw new MuluError('MULU_JSON', { details: { field: 'all' } })
  const [agencies, regions] = [textsIn(fields, 'agencies'), textsIn(fields, 'regions')]
  const isSaid = fields['agencies'] !== undefined || fields['regions'] !== undefined
  const isBoth = all && agencies.length + regions.length > 0
  if (isBoth || (!all && !isSaid)) {
    const reason = 'Either all is true, or agencies and regions say what is held.'
    throw new MuluError('MULU_JSON', { details: { field: 'all', reason } })
  }
  return { all, agencies, regions }
}

function textsIn(fields: { readonly [name: string]: JsonValue }, name: string): readonly string[] {
  const value = fields[name] ?? []
  const texts = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  if (!Array.isArray(value) || texts.length !== value.length) {
    throw new MuluError('MULU_JSON', { details: { field: name } })
  }
  return texts
}
