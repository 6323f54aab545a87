/** Writing records from a desk: every change is made on a version that its author saw. */

import { randomBytes } from 'node:crypto'
import {
  isJsonObject,
  isSlotValue,
  type JsonObject,
  type JsonValue,
  MuluError,
  type RecordId,
  recOf,
  type View,
} from '@mulu/registry-core'
import type { Request, RequestHandler, Router } from 'express'
import { namespaceOf, requireWriter } from '../../federation/own-writer.ts'
import type { NodeContext } from '../../node-context.ts'
import { apiPath } from '../api-paths.ts'
import { jsonBody } from '../read-body.ts'
import { readQuery } from '../read-query.ts'
import { findRecord, recordDocument } from '../record-document.ts'
import { showStale } from '../stale.ts'
import { RECORD_PATH, recordIdOf } from './records.ts'

/** Adds the routes; `guard` lets only holders of the access key through. */
export function addChangeRoutes(router: Router, context: NodeContext, guard: RequestHandler): void {
  const json = jsonBody()
  router.patch(RECORD_PATH, guard, json, async (request, response) => {
    const { concurrent } = readQuery(request, apiPath('patch', RECORD_PATH))
    const body = readObject(request.body, ['set', 'remove', 'reason'])
    const document = await change(context, request, {
      set: readFields(body['set'] ?? {}, 'set'),
      remove: readPaths(body['remove'] ?? []),
      reason: readReason(body['reason']),
      isConcurrent: concurrent !== undefined,
    })
    response.set('ETag', String(document['etag'])).json(document)
  })
  router.put(RECORD_PATH, guard, json, async (request, response) => {
    const { concurrent } = readQuery(request, apiPath('put', RECORD_PATH))
    const body = readObject(request.body, ['fields', 'reason'])
    const fields = readFields(body['fields'], 'fields')
    const view = await findRecord(context, recordIdOf(request))
    const document = await change(context, request, {
      set: differing(view, fields),
      remove: Object.keys(view.fields).filter((path) => !Object.hasOwn(fields, path)),
      reason: readReason(body['reason']),
      isConcurrent: concurrent !== undefined,
    })
    response.set('ETag', String(document['etag'])).json(document)
  })
  router.post('/api/v1/records', guard, json, async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/records'))
    const document = await create(context, request.body)
    const location = `/api/v1/records/${String(document['id'])}`
    response.status(201).set('ETag', String(document['etag'])).location(location).json(document)
  })
}

type Edit = {
  readonly set: Readonly<Record<string, JsonValue>>
  readonly remove: readonly string[]
  readonly reason: string | undefined
  readonly isConcurrent: boolean
}

async function change(
  context: NodeContext,
  request: Request,
  edit: Edit,
): Promise<Readonly<Record<string, unknown>>> {
  const id = recordIdOf(request)
  const base = readIfMatch(request)
  await findRecord(context, id)
  try {
    await write(context, id, edit, base)
  } catch (error) {
    throw await showStale(context, id, error)
  }
  return recordDocument(context, id)
}

async function create(
  context: NodeContext,
  body: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const object = readObject(body, ['kind', 'local', 'fields', 'reason'])
  const { kind, local } = object
  if (typeof kind !== 'string' || (local !== undefined && typeof local !== 'string')) {
    throw new MuluError('MULU_JSON', { details: { reason: 'kind and local are texts' } })
  }
  const id = { ns: ownNamespace(context), kind, local: local ?? newLocal() }
  if ((await context.store.registry.catalogue.record(id)) !== undefined) {
    throw new MuluError('MULU_RECORD_EXISTS', { details: { id: `${id.ns}/${recOf(id)}` } })
  }
  const set = readFields(object['fields'], 'fields')
  const reason = readReason(object['reason'])
  await write(context, id, { set, remove: [], reason, isConcurrent: false }, undefined)
  return recordDocument(context, id)
}

async function write(
  context: NodeContext,
  id: RecordId,
  edit: Edit,
  base: string | undefined,
): Promise<void> {
  const { set, remove, reason, isConcurrent } = edit
  if (!mayWriteIn(context, id.ns)) {
    throw new MuluError('MULU_GRANT_MISSING', { details: { namespace: id.ns } })
  }
  if (Object.keys(set).length + remove.length === 0) return
  await context.store.registry.write({
    ns: id.ns,
    aud: 1,
    actor: context.config.actor,
    ...(reason === undefined ? {} : { note: { reason } }),
    changes: [
      {
        rec: recOf(id),
        set,
        remove,
        concurrent: isConcurrent,
        ...(base === undefined ? {} : { base }),
      },
    ],
  })
}

function ownNamespace(context: NodeContext): number {
  const { registry } = context.store
  return namespaceOf(requireWriter({ registry, signer: context.signer }))
}

/** A merger gives a writer more namespaces than the one it makes new records in. */
function mayWriteIn(context: NodeContext, ns: number): boolean {
  const { registry } = context.store
  const writer = requireWriter({ registry, signer: context.signer })
  return writer.grants.some((grant) => grant.ns === ns && grant.until === undefined)
}

/** An id that nobody else makes: random, since a form has no source to derive it from. */
function newLocal(): string {
  return `n${randomBytes(10).toString('hex')}`
}

function readIfMatch(request: Request): string {
  const header = request.headers['if-match']
  if (header === undefined) throw new MuluError('MULU_IF_MATCH_MISSING')
  const tag = /^"([0-9a-f]{32})"$/.exec(header)?.[1]
  if (tag === undefined) throw new MuluError('MULU_BASE_UNKNOWN', { details: { ifMatch: header } })
  return tag
}

function readObject(value: unknown, keys: readonly string[]): JsonObject {
  if (!isJsonObject(value)) {
    throw new MuluError('MULU_JSON', { details: { reason: 'The body is not an object.' } })
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key))
  if (unknown !== undefined) {
    throw new MuluError('MULU_JSON', { details: { field: unknown, known: keys } })
  }
  return value
}

function readFields(
  value: JsonValue | undefined,
  name: string,
): Readonly<Record<string, JsonValue>> {
  if (!isJsonObject(value)) {
    throw new MuluError('MULU_JSON', { details: { field: name, reason: 'It is not an object.' } })
  }
  return value
}

function readPaths(value: JsonValue): readonly string[] {
  if (!Array.isArray(value) || !value.every((path) => typeof path === 'string')) {
    throw new MuluError('MULU_JSON', { details: { field: 'remove', reason: 'No list of paths.' } })
  }
  return value
}

function readReason(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.length > 1_000) {
    throw new MuluError('MULU_JSON', { details: { field: 'reason', limit: 1_000 } })
  }
  return value
}

/** Fields that differ from the view; what may not stand in a field goes on to be refused. */
function differing(
  view: View,
  fields: Readonly<Record<string, JsonValue>>,
): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([path, value]) =>
        !isSlotValue(value) || JSON.stringify(view.fields[path]) !== JSON.stringify(value),
    ),
  )
}
