/**
 * What EKS Pod Identity adds to a pod when it is made, written into the pod beforehand.
 *
 * EKS adds it only when it knows of the association at that moment, which may be many seconds after
 * the association was made; a pod that was made before would have no rights for its whole life, and
 * no restart of its container would help. This way the pod asks the agent of its node until that
 * has an answer. The names are EKS's own, by which it sees that nothing is left to add.
 */
const tokenVolume = "eks-pod-identity-token";
const tokenFolder = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount";

export const credentialsEnvironment = {
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${tokenFolder}/${tokenVolume}`,
} as const;

export const credentialsMount = { name: tokenVolume, mountPath: tokenFolder, readOnly: true };

/** A token of the pod's service account that is good for the agent alone, for a day. */
export const credentialsVolume = {
  name: tokenVolume,
  projected: {
    sources: [
      {
        serviceAccountToken: {
          audience: "pods.eks.amazonaws.com",
          expirationSeconds: 86_400,
          path: tokenVolume,
        },
      },
    ],
  },
};
