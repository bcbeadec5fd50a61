export {
  type CertConfirmation,
  type CertResponse,
  type CmpBody,
  type CmpBodyKind,
  type CmpContent,
  type PollAnswer,
  type Revocation,
  reasonExtension,
  revocationReason,
} from './body.ts';
export {
  buildCertRequest,
  type CertificateReference,
  type CertRequestMessage,
  type CertTemplate,
  type ProofOfPossession,
  signatureProof,
  verifyProof,
} from './crmf.ts';
export {
  type CmpHeader,
  type CmpInfo,
  confirmsImplicitly,
  confirmUntil,
  confirmWaitTime,
  implicitConfirm,
} from './header.ts';
export { buildCmpMessage, CmpMessage, type CmpMessageContent, MAX_CMP_MESSAGE } from './message.ts';
export { macProtector, type Protector, signatureProtector } from './protection.ts';
export { type CmpReplyFailure, type CmpTrust, checkReply, confirmationHash } from './reply.ts';
export { type CmpFailure, type CmpStatus, type CmpStatusInfo, cmpFailures, cmpStatuses } from './status.ts';
