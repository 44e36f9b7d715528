/** What the server knows of the weather to come, and of cold snaps gone through. */
import { api, body } from '@/api/client'
import type { Schemas } from '@/api/types'

export type Outlook = Schemas['ForecastOut']
export type Skill = Schemas['Skill']
export type ScenarioHead = Schemas['ScenarioHead']
export type Scenario = Schemas['ScenarioOut']
export type ScenarioIn = Schemas['ScenarioIn']
export type Limited = Schemas['LimitedSource']
export type SnapRun = Schemas['SnapRun']
export type SnapResult = Schemas['SnapResult']

export const getOutlook = (): Promise<Outlook> => body(api.GET('/api/v1/diagnosis/forecast'))

/** A table of hours (CSV or XLSX) as one issue of a forecast. */
export function handInForecast(file: File, source: string, issued_at: string): Promise<Schemas['ForecastTaken']> {
  return body(
    api.POST('/api/v1/diagnosis/forecast/file', {
      body: { file: '', source, issued_at },
      bodySerializer: () => {
        const form = new FormData()
        form.set('file', file)
        form.set('source', source)
        form.set('issued_at', issued_at)
        return form
      },
    }),
  )
}

export const listScenarios = (): Promise<ScenarioHead[]> => body(api.GET('/api/v1/diagnosis/scenarios'))

export function makeScenario(asked: ScenarioIn): Promise<Scenario> {
  return body(api.POST('/api/v1/diagnosis/scenarios', { body: asked }))
}

export function getScenario(scenario_id: number): Promise<Scenario> {
  return body(api.GET('/api/v1/diagnosis/scenarios/{scenario_id}', { params: { path: { scenario_id } } }))
}

export function compareScenarios(ids: string): Promise<Scenario[]> {
  return body(api.GET('/api/v1/diagnosis/scenarios/compare', { params: { query: { ids } } }))
}

export async function dropScenario(scenario_id: number): Promise<void> {
  await api.DELETE('/api/v1/diagnosis/scenarios/{scenario_id}', { params: { path: { scenario_id } } })
}
