import { useTranslation } from 'react-i18next'
import type { Problem } from '../../api.ts'

/** What is wrong with a field, in a clerk's words; the schema's keyword stays out of sight. */
export function useProblemText(): (problem: Problem) => string {
  const { t } = useTranslation()
  return ({ code }) => {
    switch (code) {
      case 'required':
        return t('problem.required')
      case 'type':
        return t('problem.type')
      case 'enum':
      case 'const':
        return t('problem.enum')
      case 'format':
      case 'pattern':
        return t('problem.format')
      case 'minLength':
      case 'minItems':
        return t('problem.short')
      case 'maxLength':
      case 'maxItems':
        return t('problem.long')
      case 'prefix':
        return t('problem.prefix')
      default:
        return t('problem.other', { code })
    }
  }
}
