/** Operations of the node's own people: import, export, verify, ticket, admission. */
import { type JsonValue, MuluError, type Right } from '@mulu/registry-core'
import type { RequestHandler, Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import { answerLong, drained } from '../answer-long.ts'
import { apiPath } from '../api-paths.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { feedBody, jsonBody } from '../read-body.ts'
import { readQuery } from '../read-query.ts'
import { RECORD_PATH } from './records.ts'

const RIGHTS: readonly Right[] = ['describe', 'classify', 'erase']

/** Adds the routes; `guard` lets only holders of the access key through. */
export function addOperationRoutes(
  router: Router,
  context: NodeContext,
  guard: RequestHandler,
): void {
  const operations = localOperations(context)
  const oneImport = oneAtATime('MULU_IMPORT_BUSY')
  router.post('/api/v1/imports', guard, oneImport, feedBody(), async (request, response) => {
    const values = readQuery(request, apiPath('post', '/api/v1/imports'))
    const [format = 'auto'] = values['format'] ?? []
    const [source] = values['source'] ?? []
    await answerLong(context, request, response, (onProgress) =>
      operations.importFeed({
        bytes: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
        format: format as 'auto' | 'dcat-us' | 'jsonl',
        ...(source === undefined ? {} : { source }),
        dryRun: values['dryRun'] !== undefined,
        onProgress,
      }),
    )
  })
  router.post('/api/v1/verify', guard, oneAtATime('MULU_BUSY'), async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/verify'))
    await answerLong(context, request, response, (onProgress) => operations.verify(onProgress))
  })
  router.post('/api/v1/scrub', guard, async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/scrub'))
    await answerLong(context, request, response, (onProgress) => operations.scrub(onProgress))
  })
  router.post('/api/v1/prunings', guard, async (request, response) => {
    const values = readQuery(request, apiPath('post', '/api/v1/prunings'))
    const dryRun = values['dryRun'] !== undefined
    await answerLong(context, request, response, (onProgress) =>
      operations.prune(dryRun, onProgress),
    )
  })
  router.post('/api/v1/reindex', guard, async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/reindex'))
    await answerLong(context, request, response, (onProgress) => operations.reindex(onProgress))
  })
  router.post('/api/v1/snapshots', guard, async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/snapshots'))
    response.json(await operations.snapshot())
  })
  router.get('/api/v1/ticket', guard, async (request, response) => {
    readQuery(request, apiPath('get', '/api/v1/ticket'))
    response.json({ ticket: await operations.ticket() })
  })
  const evidence = apiPath('get', `${RECORD_PATH}/evidence`)
  router.get(evidence.path, guard, async (request, response) => {
    const [snapshot] = readQuery(request, evidence)['snapshot'] ?? []
    const { ns, kind, local } = request.params
    const bytes = await operations.evidence(`${ns}/${kind}/${local}`, snapshot)
    response.type(evidence.produces).send(Buffer.from(bytes))
  })
  router.get('/api/v1/export', guard, async (request, response) => {
    readQuery(request, apiPath('get', '/api/v1/export'))
    response.type('application/x-ndjson')
    for await (const line of operations.exportLines()) {
      if (!response.write(line)) await drained(response)
    }
    response.end()
  })
  addAdmissionRoute(router, guard, operations.admit)
}

function addAdmissionRoute(
  router: Router,
  guard: RequestHandler,
  admit: ReturnType<typeof localOperations>['admit'],
): void {
  router.post('/api/v1/admissions', guard, jsonBody(), async (req, res) => {
    readQuery(req, apiPath('post', '/api/v1/admissions'))
    const body = req.body as { requests?: JsonValue; rights?: JsonValue } | JsonValue[] | undefined
    const requests = Array.isArray(body) ? body : body?.requests
    const rights = Array.isArray(body) ? undefined : body?.rights
    if (!Array.isArray(requests)) {
      throw new MuluError('MULU_JSON', { details: { field: 'requests' } })
    }
    res.json(await admit(requests, rights === undefined ? undefined : readRights(rights)))
  })
}

function readRights(value: JsonValue): readonly Right[] {
  const rights = Array.isArray(value) ? value : []
  const known = RIGHTS.filter((right) => rights.includes(right))
  if (known.length === 0 || known.length !== rights.length) {
    throw new MuluError('MULU_JSON', { details: { field: 'rights', known: RIGHTS } })
  }
  return known
}
