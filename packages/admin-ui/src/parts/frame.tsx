import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { NavLink, Outlet, ScrollRestoration, useLocation } from 'react-router'
import { setLanguage, useLanguage } from '../language.ts'
import { AsOfLine } from './as-of-line.tsx'
import { Icon } from './icon.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { isSearchRequested, useShortcuts } from './shortcuts.ts'
import { Sprite } from './sprite.tsx'

/** What surrounds every page: header, as-of line, the page, footer. */
export function Frame() {
  const { t } = useTranslation()
  const { pathname, state } = useLocation()
  const [isKeysOpen, setKeysOpen] = useState(false)
  useFocusOnNavigation(pathname, isSearchRequested(state))
  useShortcuts(() => setKeysOpen(true))
  return (
    <div className={pathname === '/situation' ? 'wide' : undefined}>
      <Sprite />
      <a className="skip" href="#main">
        {t('frame.skip')}
      </a>
      <Header />
      <AsOfLine />
      <Outlet />
      <footer className="foot">
        <div className="inner">
          <p>{t('frame.foot')}</p>
          <ul>
            <li>
              <Button className="btn btn-quiet btn-small" onPress={() => setKeysOpen(true)}>
                {t('keys.title')}
              </Button>
            </li>
          </ul>
        </div>
      </footer>
      <KeysDialog isOpen={isKeysOpen} onOpenChange={setKeysOpen} />
      <ScrollRestoration />
    </div>
  )
}

function Header() {
  const { t } = useTranslation()
  return (
    <header className="bar">
      <div className="inner">
        <NavLink className="brand" to="/" end aria-current={false}>
          <Icon name="i-mu" />
          <span>{t('brand')}</span>
        </NavLink>
        <nav className="nav" aria-label={t('frame.nav')}>
          <ul>
            <li>
              <NavLink to="/" end>
                {t('frame.search')}
              </NavLink>
            </li>
            <li>
              <NavLink to="/situation">{t('frame.situation')}</NavLink>
            </li>
            <li>
              <NavLink to="/bundle">{t('frame.bundle')}</NavLink>
            </li>
            <li>
              <NavLink to="/node">{t('frame.node')}</NavLink>
            </li>
          </ul>
        </nav>
        <div className="tools">
          <LanguageSwitch />
        </div>
      </div>
    </header>
  )
}

function LanguageSwitch() {
  const language = useLanguage()
  const other = language === 'en' ? 'zh-CN' : 'en'
  return (
    <Button
      className="btn btn-quiet btn-small"
      lang={other}
      onPress={() => void setLanguage(other)}
    >
      {other === 'en' ? 'English' : '中文'}
    </Button>
  )
}

/**
 * After a change of page the focus stands at its content, as it would after a fresh load, unless
 * the reader asked for the search box, which takes the focus itself before this runs.
 */
function useFocusOnNavigation(pathname: string, isElsewhere: boolean): void {
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current === pathname) return
    shown.current = pathname
    if (!isElsewhere) document.getElementById('main')?.focus({ preventScroll: true })
  }, [pathname, isElsewhere])
}
