import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { I18nProvider } from 'react-aria-components'
import { createBrowserRouter, type DataRouter } from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { BundlePage } from './bundle/bundle-page.tsx'
import { useLanguage } from './language.ts'
import { NodePage } from './node/node-page.tsx'
import { Frame } from './parts/frame.tsx'
import { LostPage } from './parts/lost-page.tsx'
import { PortalPage } from './portal/portal-page.tsx'
import { RecordPage } from './portal/record/record-page.tsx'
import { ApiError } from './request.ts'
import { SituationPage } from './situation/situation-page.tsx'

/** The pages, each under the address that people share. */
export function createRouter(): ReturnType<typeof createBrowserRouter> {
  return createBrowserRouter([
    {
      element: <Frame />,
      children: [
        { path: '/', element: <PortalPage /> },
        { path: '/records/:namespace/:kind/:local', element: <RecordPage /> },
        { path: '/situation', element: <SituationPage /> },
        { path: '/bundle', element: <BundlePage /> },
        { path: '/node', element: <NodePage /> },
        { path: '*', element: <LostPage /> },
      ],
    },
  ])
}

/** Answers stay until new ones are there; a node on this machine is reached without the internet. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 2_000,
        retry: (failures, error) => failures < 1 && isPassing(error),
      },
      mutations: { networkMode: 'always' },
    },
  })
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500)
}

export function App({ router, client }: { router: DataRouter; client: QueryClient }) {
  const language = useLanguage()
  return (
    <QueryClientProvider client={client}>
      <I18nProvider locale={language}>
        <RouterProvider router={router} />
      </I18nProvider>
    </QueryClientProvider>
  )
}
