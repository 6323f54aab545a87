import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { chooseText } from '../../labels.ts'
import { useLanguage } from '../../language.ts'
import { LabelText } from '../../parts/label-text.tsx'
import { relatedQuery } from '../../queries.ts'

/** Other records that share this one's rare words, theme or agency; nothing where there is none. */
export function RelatedRecords({ id }: { id: string }) {
  const { t } = useTranslation()
  const language = useLanguage()
  const related = useQuery(relatedQuery(id)).data ?? []
  if (related.length === 0) return null
  return (
    <section aria-labelledby="related">
      <h2 id="related">{t('aside.related')}</h2>
      <ul className="plain">
        {related.map((item) => {
          const title = chooseText(item.title, language)
          return (
            <li key={item.id}>
              <Link to={`/records/${item.id}`} lang={title?.lang}>
                {title?.text ?? t('record.untitled')}
              </Link>{' '}
              <small>
                <LabelText labels={item.agency.name} />
              </small>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
