/** What the server knows of data: elements, resources, lineage, sharing. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Element = Schemas['ElementOut']
export type DataResource = Schemas['CatalogueResourceOut']
export type Subject = Schemas['SubjectOut']
export type Hit = Schemas['SearchHit']
export type Lineage = Schemas['LineageOut']
export type LineageNode = Schemas['NodeOut']
export type Versions = Schemas['VersionsOut']
export type CatalogueWords = Schemas['CatalogueWordsOut']
export type Agreement = Schemas['AgreementOut']
export type Duty = Schemas['DutyCheckOut']
export type Terms = Schemas['TermsIn']
export type ElementEdit = Schemas['ElementEdit']

export const getTree = (): Promise<Subject[]> => body(api.GET('/api/v1/catalogue/tree'))
export const getCatalogueWords = (): Promise<CatalogueWords> => body(api.GET('/api/v1/catalogue/words'))
export const listDuties = (): Promise<Duty[]> => body(api.GET('/api/v1/catalogue/compliance'))
export const listAgreements = (): Promise<Agreement[]> => body(api.GET('/api/v1/catalogue/shares'))

export function searchCatalogue(q: string): Promise<Schemas['SearchOut']> {
  return body(api.GET('/api/v1/catalogue/search', { params: { query: { q, limit: 60 } } }))
}

export function getResource(key: string): Promise<DataResource> {
  return body(api.GET('/api/v1/catalogue/resources/{key}', { params: { path: { key } } }))
}

export function getElement(key: string): Promise<Element> {
  return body(api.GET('/api/v1/catalogue/elements/{key}', { params: { path: { key } } }))
}

export function listVersions(key: string): Promise<Versions> {
  return body(api.GET('/api/v1/catalogue/elements/{key}/versions', { params: { path: { key } } }))
}

export function editElement(key: string, edit: ElementEdit): Promise<Element> {
  return body(api.PATCH('/api/v1/catalogue/elements/{key}', { params: { path: { key } }, body: edit }))
}

export function getLineage(node: string, depth: number): Promise<Lineage> {
  return body(api.GET('/api/v1/catalogue/lineage/{node}', { params: { path: { node }, query: { depth } } }))
}

export function importKnowledge(file: File, rehearse: boolean): Promise<Schemas['OverlayReportOut']> {
  return body(
    api.POST('/api/v1/catalogue/import', {
      params: { query: { rehearse } },
      body: { file: '' },
      bodySerializer: () => {
        const form = new FormData()
        form.set('file', file)
        return form
      },
    }),
  )
}

export function listShareable(resource: string): Promise<Schemas['ShareableField'][]> {
  return body(api.GET('/api/v1/catalogue/shares/fields/{resource}', { params: { path: { resource } } }))
}

export function agree(terms: Terms): Promise<Schemas['AgreedOut']> {
  return body(api.POST('/api/v1/catalogue/shares', { body: terms }))
}

export function listUses(agreement_id: number): Promise<Schemas['ShareUseOut'][]> {
  return body(api.GET('/api/v1/catalogue/shares/{agreement_id}/uses', { params: { path: { agreement_id } } }))
}

export function revoke(agreement_id: number, reason: string): Promise<Agreement> {
  return body(api.POST('/api/v1/catalogue/shares/{agreement_id}/revoke', { params: { path: { agreement_id } }, body: { reason } }))
}
