import { useEffect } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { readStored, writeStored } from '../stored.ts'

const STORED_AS = 'mulu.single-keys'
export const SEARCH_BOX_ID = 'search-box'

/** Single-letter keys can be turned off, for those who speak to their machine. */
export function areSingleKeysOn(): boolean {
  return readStored(STORED_AS) !== 'off'
}

export function setSingleKeys(isOn: boolean): void {
  writeStored(STORED_AS, isOn ? 'on' : 'off')
}

/** `/` goes to the search box, `?` lists the keys; neither while a text field has the focus. */
export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate()
  const { pathname } = useLocation()
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (!isShortcut(event)) return
      if (event.key === '?') onHelp()
      else if (event.key === '/' && pathname === '/') focusSearchBox()
      else if (event.key === '/') void navigate('/', { state: { isSearching: true } })
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, pathname, onHelp])
}

/** Whether a navigation asked for the search box rather than for the top of the page. */
export function isSearchRequested(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'isSearching' in state
}

export function focusSearchBox(): void {
  document.getElementById(SEARCH_BOX_ID)?.focus()
}

function isShortcut(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || !areSingleKeysOn()) return false
  if (document.querySelector('[role="dialog"]') !== null) return false
  const target = event.target
  return !(
    target instanceof HTMLElement &&
    target.closest('input:not([type="checkbox"]), textarea, select')
  )
}
