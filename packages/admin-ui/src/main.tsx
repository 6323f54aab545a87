import './style/index.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App, createQueryClient, createRouter } from './app.tsx'
import { startLanguage } from './language.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no element to stand in.')
await startLanguage()
createRoot(root).render(
  <StrictMode>
    <App router={createRouter()} client={createQueryClient()} />
  </StrictMode>,
)
