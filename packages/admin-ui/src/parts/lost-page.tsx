import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePageTitle } from './page-title.ts'

/** An address that names no page. */
export function LostPage() {
  const { t } = useTranslation()
  usePageTitle(t('lost.title'))
  return (
    <main id="main" className="page" tabIndex={-1}>
      <div className="inner">
        <div className="page-head">
          <h1>{t('lost.title')}</h1>
          <p>{t('lost.text')}</p>
        </div>
        <Link className="btn btn-primary" to="/">
          {t('lost.search')}
        </Link>
      </div>
    </main>
  )
}
