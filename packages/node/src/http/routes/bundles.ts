/** Bundles over HTTP: taken away as a download, brought in as a body, both as streams. */
import { MuluError } from '@mulu/registry-core'
import type { Request, RequestHandler, Response, Router } from 'express'
import { bundleName } from '../../bundle/bundle-name.ts'
import type { ExportedBundle, ExportOrder } from '../../bundle/export-bundle.ts'
import type { NodeContext } from '../../node-context.ts'
import { localOperations } from '../../operations/operations.ts'
import { answerLong, drained } from '../answer-long.ts'
import { apiPath } from '../api-paths.ts'
import { hasBody, streamedBody } from '../incoming-body.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { PreparedDownloads } from '../prepared-downloads.ts'
import { readQuery } from '../read-query.ts'

/** Where bundles come in. */
export const BUNDLES = '/api/v1/bundles'
const DOWNLOADS = '/api/v1/bundles/downloads'

/**
 * Adds the routes; `guard` lets only holders of the access key through, `stallMs` bounds how long a
 * bundle that comes in may bring nothing.
 */
export function addBundleRoutes(
  router: Router,
  context: NodeContext,
  guard: RequestHandler,
  stallMs: number,
): void {
  addBackupRoute(router, context, guard, stallMs)
  addDownloadRoutes(router, context, guard)
  const operations = localOperations(context)
  router.post('/api/v1/bundles/export', guard, async (request, response) => {
    const order = readOrder(request, '/api/v1/bundles/export')
    const since = hasBody(request) ? { since: request } : {}
    await send(context, response, await operations.exportBundle({ ...order, ...since }))
  })
  router.post(BUNDLES, guard, oneAtATime('MULU_BUSY'), async (request, response) => {
    readQuery(request, apiPath('post', BUNDLES))
    const passphrase = passphraseOf(request)
    const bytes = Number(request.get('mulu-bytes') ?? request.get('content-length'))
    await answerLong(context, request, response, (onProgress) =>
      operations.importBundle({
        source: streamedBody(request, context.clock, stallMs),
        ...(Number.isSafeInteger(bytes) && bytes > 0 ? { bytes } : {}),
        ...(passphrase === undefined ? {} : { passphrase }),
        onProgress,
      }),
    )
  })
}

/** A bundle in two steps, for browsers: decided with the key, then fetched once by its ticket. */
function addDownloadRoutes(router: Router, context: NodeContext, guard: RequestHandler): void {
  const downloads = new PreparedDownloads<ExportedBundle>(context.clock)
  router.post(DOWNLOADS, guard, async (request, response) => {
    const order = readOrder(request, DOWNLOADS)
    const bundle = await localOperations(context).exportBundle(order)
    const { commits, to, sinceMs, held } = bundle
    const path = `${DOWNLOADS}/${downloads.keep(bundle)}`
    response.json({ path, name: nameOf(context, to), commits, to, sinceMs, held })
  })
  router.get(`${DOWNLOADS}/:ticket`, async (request, response) => {
    readQuery(request, apiPath('get', `${DOWNLOADS}/:ticket`))
    await send(context, response, downloads.take(String(request.params['ticket'])))
  })
}

function readOrder(request: Request, path: string): ExportOrder {
  const values = readQuery(request, apiPath('post', path))
  const [to] = values['to'] ?? []
  const encrypt = encryptionOf(request, values['encrypt']?.[0])
  return {
    ...(to === undefined ? {} : { to }),
    all: values['all'] !== undefined,
    ...(encrypt === undefined ? {} : { encrypt }),
  }
}

function nameOf({ store, clock }: NodeContext, to: number): string {
  const { roster, author } = store.registry
  return bundleName(roster?.state, author?.client ?? 0, to, clock.now())
}

/** The whole node but for its keys, or what is new since the part whose beginning is the body. */
function addBackupRoute(
  router: Router,
  context: NodeContext,
  guard: RequestHandler,
  stallMs: number,
): void {
  router.post('/api/v1/backup', guard, async (request, response) => {
    readQuery(request, apiPath('post', '/api/v1/backup'))
    const passphrase = passphraseOf(request)
    const { commits, chunks } = await localOperations(context).backup({
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(hasBody(request) ? { since: streamedBody(request, context.clock, stallMs) } : {}),
    })
    await send(
      context,
      response,
      { commits, to: 0, sinceMs: null, held: null, chunks },
      'mulu.backup',
    )
  })
}

/** Whoever reads slowly holds the making up; a bundle that fails on the way is broken off. */
async function send(
  context: NodeContext,
  response: Response,
  bundle: ExportedBundle,
  name: string = nameOf(context, bundle.to),
): Promise<void> {
  response.attachment(name)
  response.type('application/octet-stream')
  response.set({ 'mulu-commits': String(bundle.commits), 'mulu-to': String(bundle.to) })
  if (bundle.sinceMs !== null) response.set('mulu-since', String(bundle.sinceMs))
  try {
    for await (const chunk of bundle.chunks) {
      if (response.destroyed) return
      if (!response.write(chunk)) await drained(response)
    }
    response.end()
  } catch (error) {
    if (!response.headersSent) throw error
    response.destroy()
  }
}

function encryptionOf(request: Request, name: string | undefined): ExportOrder['encrypt'] {
  if (name !== 'passphrase') return name === 'key' ? 'key' : undefined
  const passphrase = passphraseOf(request)
  if (passphrase !== undefined) return { passphrase }
  throw new MuluError('MULU_REQUEST', { details: { header: 'mulu-passphrase' } })
}

/** The passphrase in its header: UTF-8 in base64url, since headers hold no Chinese. */
function passphraseOf(request: Request): string | undefined {
  const text = request.get('mulu-passphrase')
  return text === undefined ? undefined : Buffer.from(text, 'base64url').toString('utf8')
}
