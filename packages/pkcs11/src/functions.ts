/** CK_FUNCTION_LIST of v2.40: its functions in their order, each with its arguments (u: CK_ULONG, p: a pointer). */
export const FUNCTION_LIST = `
C_Initialize p|C_Finalize p|C_GetInfo p|C_GetFunctionList p|C_GetSlotList bpp|C_GetSlotInfo up|C_GetTokenInfo up
C_GetMechanismList upp|C_GetMechanismInfo uup|C_InitToken upup|C_InitPIN upu|C_SetPIN upupu|C_OpenSession uuppp
C_CloseSession u|C_CloseAllSessions u|C_GetSessionInfo up|C_GetOperationState upp|C_SetOperationState upuuu|C_Login uupu
C_Logout u|C_CreateObject upup|C_CopyObject uupup|C_DestroyObject uu|C_GetObjectSize uup|C_GetAttributeValue uupu
C_SetAttributeValue uupu|C_FindObjectsInit upu|C_FindObjects upup|C_FindObjectsFinal u|C_EncryptInit upu
C_Encrypt upupp|C_EncryptUpdate upupp|C_EncryptFinal upp|C_DecryptInit upu|C_Decrypt upupp|C_DecryptUpdate upupp
C_DecryptFinal upp|C_DigestInit up|C_Digest upupp|C_DigestUpdate upu|C_DigestKey uu|C_DigestFinal upp|C_SignInit upu
C_Sign upupp|C_SignUpdate upu|C_SignFinal upp|C_SignRecoverInit upu|C_SignRecover upupp|C_VerifyInit upu|C_Verify upupu
C_VerifyUpdate upu|C_VerifyFinal upu|C_VerifyRecoverInit upu|C_VerifyRecover upupp|C_DigestEncryptUpdate upupp
C_DecryptDigestUpdate upupp|C_SignEncryptUpdate upupp|C_DecryptVerifyUpdate upupp|C_GenerateKey uppup
C_GenerateKeyPair uppupupp|C_WrapKey upuupp|C_UnwrapKey upupupup|C_DeriveKey upupup|C_SeedRandom upu|C_GenerateRandom upu
C_GetFunctionStatus u|C_CancelFunction u|C_WaitForSlotEvent upp`
  .trim()
  .split(/[|\n]/)
  .map((line) => {
    const [name = '', args = ''] = line.split(' ');
    return { name, args };
  });
