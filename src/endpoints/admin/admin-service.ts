/** `deviceauth.v1.Admin`: puts the operator's calls on a server. Only ever on the admin socket. */
import type { Server, sendUnaryData } from '@grpc/grpc-js';
import type { ImportStateResponse } from '../../contract/generated/deviceauth/v1/ImportStateResponse.ts';
import type { Contract } from '../../contract/index.ts';
import { type CallRunner, tolerant } from '../grpc/calls.ts';
import { AdminContext } from './admin-context.ts';
import type { AdminRooms } from './admin-ports.ts';
import { CertificateCalls } from './certificates.ts';
import { CloudCalls, type DiagnoseCall } from './cloud.ts';
import { ComponentCalls } from './components.ts';
import { DaemonCalls, type Doors } from './daemon-calls.ts';
import { DeviceCaCalls } from './device-cas.ts';
import { type ImportCall, ImportStream } from './import-stream.ts';
import { ServerCertificateCalls } from './server-certificates.ts';
import { type ExportCall, exportState, importState, type StateImportCall } from './state-streams.ts';
import { ThingCalls } from './things.ts';

export interface AdminParts {
  readonly contract: Contract;
  readonly rooms: AdminRooms;
  readonly doors: () => Doors | undefined;
}

export class AdminService {
  readonly #parts: AdminParts;
  readonly #runner: CallRunner;

  constructor(parts: AdminParts, runner: CallRunner) {
    this.#parts = parts;
    this.#runner = runner;
  }

  addTo(server: Server): void {
    const { contract, rooms, doors } = this.#parts;
    const runner = this.#runner;
    const context = new AdminContext(rooms);
    const things = new ThingCalls(context);
    const certificates = new CertificateCalls(context);
    const deviceCas = new DeviceCaCalls(context);
    const serverSide = new ServerCertificateCalls(context);
    const daemon = new DaemonCalls(context, doors);
    const components = new ComponentCalls(context);
    const cloud = new CloudCalls(context, runner.clock);
    server.addService(tolerant(contract.admin), {
      GetStatus: runner.unary('GetStatus', () => daemon.status()),
      CreateThing: runner.unary('CreateThing', things.create.bind(things)),
      UpdateThing: runner.unary('UpdateThing', things.update.bind(things)),
      GetThing: runner.unary('GetThing', things.get.bind(things)),
      ListThings: runner.unary('ListThings', things.list.bind(things)),
      DeleteThing: runner.unary('DeleteThing', things.delete.bind(things)),
      RegisterCertificate: runner.unary('RegisterCertificate', certificates.register.bind(certificates)),
      IssueCertificate: runner.unary('IssueCertificate', certificates.issue.bind(certificates)),
      GetCertificate: runner.unary('GetCertificate', certificates.get.bind(certificates)),
      ListCertificates: runner.unary('ListCertificates', certificates.list.bind(certificates)),
      SetCertificateStatus: runner.unary('SetCertificateStatus', certificates.setStatus.bind(certificates)),
      DeleteCertificate: runner.unary('DeleteCertificate', certificates.delete.bind(certificates)),
      AttachCertificate: runner.unary('AttachCertificate', certificates.attach.bind(certificates)),
      DetachCertificate: runner.unary('DetachCertificate', certificates.detach.bind(certificates)),
      ImportCertificates: (call: ImportCall) =>
        new ImportStream(call, rooms.registry, certificates, runner).start(),
      CreateDeviceCa: runner.unary('CreateDeviceCa', deviceCas.create.bind(deviceCas)),
      RegisterDeviceCa: runner.unary('RegisterDeviceCa', deviceCas.register.bind(deviceCas)),
      ListDeviceCas: runner.unary('ListDeviceCas', () => deviceCas.list()),
      RemoveDeviceCa: runner.unary('RemoveDeviceCa', deviceCas.remove.bind(deviceCas)),
      GetServerCa: runner.unary('GetServerCa', () => serverSide.ca()),
      RotateServerCa: runner.unary('RotateServerCa', serverSide.rotateCa.bind(serverSide)),
      ListServerCertificates: runner.unary('ListServerCertificates', () => serverSide.list()),
      RotateServerCertificates: runner.unary('RotateServerCertificates', serverSide.rotate.bind(serverSide)),
      ExportState: (call: ExportCall) => exportState(call, context, runner),
      ImportState: (call: StateImportCall, callback: sendUnaryData<ImportStateResponse>) =>
        importState(call, callback, context, runner),
      AddComponent: runner.unary('AddComponent', components.add.bind(components)),
      ListComponents: runner.unary('ListComponents', () => components.list()),
      SetComponentOperations: runner.unary(
        'SetComponentOperations',
        components.setOperations.bind(components),
      ),
      RenewComponentToken: runner.unary('RenewComponentToken', components.renewToken.bind(components)),
      RemoveComponent: runner.unary('RemoveComponent', components.remove.bind(components)),
      ListSessions: runner.unary('ListSessions', daemon.listSessions.bind(daemon)),
      RevokeSessions: runner.unary('RevokeSessions', daemon.revokeSessions.bind(daemon)),
      Explain: runner.unary('Explain', daemon.explain.bind(daemon)),
      ListRefusals: runner.unary('ListRefusals', daemon.listRefusals.bind(daemon)),
      GetConfiguration: runner.unary('GetConfiguration', () => daemon.configuration()),
      ReloadConfiguration: runner.unary('ReloadConfiguration', () => daemon.reloadConfiguration()),
      AcceptClock: runner.unary('AcceptClock', () => daemon.acceptClock()),
      GetCloudStatus: runner.unary('GetCloudStatus', () => cloud.status()),
      RefreshCloud: runner.unary('RefreshCloud', () => cloud.refresh()),
      UpdateConnectivityInfo: runner.unary(
        'UpdateConnectivityInfo',
        cloud.updateConnectivityInfo.bind(cloud),
        ({ trouble }) => trouble === undefined,
      ),
      Diagnose: (call: DiagnoseCall) => cloud.diagnose(call, runner),
    });
  }
}
