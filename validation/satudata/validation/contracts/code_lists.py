"""Whether a folder of references has the code lists a contract names."""

from satudata.validation.contracts.errors import Problems
from satudata.validation.contracts.model import DataContract
from satudata.validation.references import References, UnknownCodeList, UnknownEdition


def require_code_lists(contract: DataContract, references: References) -> dict[str, str]:
    """The edition of each list the contract uses. Raises ContractError for lists and editions that are not there."""
    problems = Problems()
    editions: dict[str, str] = {}
    for index, column in enumerate(contract.columns):
        binding = column.code or column.named
        if binding is None:
            continue
        place = f"schema[0].properties[{index}]"
        try:
            editions[binding.code_list] = references.edition(binding.code_list, binding.edition)
        except UnknownCodeList:
            known = ", ".join(info.id for info in references.lists()) or "-"
            problems.add("contract.code_list", f"{place}.codeList", found=binding.code_list, known=known)
        except UnknownEdition:
            known = ", ".join(references.info(binding.code_list).editions)
            problems.add(
                "contract.code_edition", f"{place}.codeEdition", found=binding.edition or "", known=known
            )
    problems.raise_if_any()
    return dict(sorted(editions.items()))
