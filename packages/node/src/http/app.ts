/** The HTTP side of a node: the API, its description, health, and the pages. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import compression from 'compression'
import express, { type Express } from 'express'
import helmet from 'helmet'
import type { NodeContext } from '../node-context.ts'
import { authenticate, bringsKey } from './authenticate.ts'
import { heldHeader } from './held-header.ts'
import { limitBodyTime } from './incoming-body.ts'
import { notFound, onError } from './on-error.ts'
import { openApiDocument } from './openapi.ts'
import { HTTP_LIMITS, type HttpLimits, limitRate } from './rate-limit.ts'
import { addAtomRoute } from './routes/atom.ts'
import { addBundleRoutes, BUNDLES } from './routes/bundles.ts'
import { addChangeRoutes } from './routes/changes.ts'
import { addDifferencesRoute } from './routes/differences.ts'
import { addErasureRoutes } from './routes/erasures.ts'
import { addFeedRoute } from './routes/feed.ts'
import { addNodeRoutes } from './routes/node.ts'
import { addOperationRoutes } from './routes/operations.ts'
import { addRecordRoutes } from './routes/records.ts'
import { addRosterRoutes } from './routes/roster.ts'
import { addSubscriptionRoute } from './routes/subscription.ts'

/** Where the built pages stand beside this package. */
const PAGES = fileURLToPath(new URL('../../../admin-ui/dist', import.meta.url))
const ASSET_AGE_S = 31_536_000

/** What an app may have otherwise than usual. */
export type AppOptions = { readonly pages?: string; readonly limits?: Partial<HttpLimits> }

/** Builds the app of a node. */
export function createApp(
  context: NodeContext,
  accessKey: string,
  options: AppOptions = {},
): Express {
  const { pages = PAGES } = options
  const limits = { ...HTTP_LIMITS, ...options.limits }
  const app = express()
  app.disable('x-powered-by')
  // A proxy on this machine says who its client is; nobody else is believed.
  app.set('trust proxy', 'loopback')
  app.use(securityHeaders())
  app.get('/healthz', (_request, response) => void response.type('text').send('ok\n'))
  app.get('/readyz', (_request, response) => {
    const isReady = context.store.registry.roster !== undefined
    response
      .status(isReady ? 200 : 503)
      .type('text')
      .send(isReady ? 'ready\n' : 'no roster yet\n')
  })
  app.use(limitRate(context.clock, limits, (request) => bringsKey(request, accessKey)))
  app.use(limitBodyTime(context.clock, limits.bodyMs, (request) => isBundle(request, accessKey)))
  app.use(compression({ filter: isWorthPacking }))
  app.get('/openapi.json', (_request, response) => void response.json(openApiDocument()))
  app.use(['/api', '/feed.atom'], heldHeader(context))
  const guard = authenticate(accessKey)
  addNodeRoutes(app, context)
  addRecordRoutes(app, context, guard)
  addChangeRoutes(app, context, guard)
  addOperationRoutes(app, context, guard)
  addErasureRoutes(app, context, guard, accessKey)
  addSubscriptionRoute(app, context, guard)
  addBundleRoutes(app, context, guard, limits.stallMs)
  addRosterRoutes(app, context, guard)
  addFeedRoute(app, context)
  addAtomRoute(app, context)
  addDifferencesRoute(app, context)
  if (existsSync(pages)) addPages(app, pages)
  app.use(notFound)
  app.use(onError(context.logger))
  return app
}

/** A bundle takes as long as the store needs for it. */
function isBundle(request: express.Request, accessKey: string): boolean {
  return request.path === BUNDLES && bringsKey(request, accessKey) === true
}

/** Lines of progress have to arrive one by one, which packing would hold up. */
const isWorthPacking: compression.CompressionFilter = (request, response) =>
  !String(response.getHeader('Content-Type')).startsWith('application/x-ndjson') &&
  compression.filter(request, response)

/** The pages load nothing from elsewhere; plain HTTP inside an office network stays possible. */
function securityHeaders(): express.RequestHandler {
  return helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
  })
}

/** Built pages: assets carry a hash in their names, every other address is the one document. */
function addPages(app: Express, pages: string): void {
  app.use(
    '/assets',
    express.static(`${pages}/assets`, { immutable: true, maxAge: ASSET_AGE_S * 1_000 }),
  )
  app.use(express.static(pages, { index: 'index.html', maxAge: 0 }))
  app.get(/^\/(?!api\/|assets\/).*$/, (request, response, next) => {
    if (request.accepts('html') === false) next()
    else response.sendFile('index.html', { root: pages })
  })
}
